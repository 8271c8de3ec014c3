using FetchEtl.Benchmarks;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The changes that these tests make to an estate, and the places that they check.</summary>
internal static class LeakEstate
{
    /// <summary>A constraint. When it refuses a row, PostgreSQL's log shows that row.</summary>
    public const string Constraint =
        $"ALTER TABLE user_logins ADD CONSTRAINT no_refused "
        + $"CHECK (device_type <> '{LeakMessages.RefusedType}') NOT VALID";

    public const string DropConstraint = "ALTER TABLE user_logins DROP CONSTRAINT no_refused";

    /// <summary>
    /// A trigger that quotes the row in a notice, and in every part of an error that reaches the client.
    /// </summary>
    public const string QuotingTrigger =
        $"""
        CREATE FUNCTION quote_login() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE NOTICE 'a row: %', NEW;
            IF NEW.device_type = '{LeakMessages.RefusedType}' THEN
                RAISE EXCEPTION 'no: %', NEW
                    USING ERRCODE = 'check_violation', DETAIL = NEW.user_id, HINT = NEW.user_id;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER quoting BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION quote_login()
        """;

    /// <summary>The trigger still quotes the row in a notice, and refuses none.</summary>
    public const string RefuseNone =
        """
        CREATE OR REPLACE FUNCTION quote_login() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE NOTICE 'a row: %', NEW;
            RETURN NEW;
        END $$
        """;

    public static async Task ExecuteAsync(this Estate estate, string sql)
    {
        await using var source = NpgsqlDataSource.Create(estate.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Sends messages to the queue, each with all of <see cref="LeakMessages.Attributes"/>.</summary>
    public static async Task SendAsync(this Estate estate, params IEnumerable<string> bodies)
    {
        foreach (var batch in bodies.Chunk(10))
        {
            await estate.Client.SendAsync(estate.QueueUrl, batch, LeakMessages.Attributes);
        }
    }

    /// <summary>
    /// Waits until all but the refused logins are rows: they are held, or go back to their queue and come again.
    /// </summary>
    public static Task UntilOnlyRefusedAreLeftAsync(this Estate estate, int refused) =>
        Estate.UntilAsync(async () => (await estate.DepthAsync()).Total == refused);

    public static Task UntilQueueIsEmptyAsync(this Estate estate) =>
        Estate.UntilAsync(async () => (await estate.DepthAsync()).Total == 0);

    /// <summary>
    /// Checks what FetchEtl adds to dead letters and to the table. Bodies of dead letters must hold canaries, which
    /// proves that canaries were planted and that the bodies are unchanged.
    /// </summary>
    /// <returns>The number of different bodies among the dead letters.</returns>
    public static async Task<int> LookAtDestinationsAsync(this Estate estate, CanaryWatch canaries)
    {
        var letters = await estate.PeekAsync(estate.DeadLetterUrl);
        foreach (var letter in letters)
        {
            Assert.True(Canaries.AreIn(letter.Body), "A dead letter's body holds no canary.");
            foreach (var (name, attribute) in letter.MessageAttributes)
            {
                if (LeakMessages.Attributes.TryGetValue(name, out var sent))
                {
                    Assert.Equal(sent.StringValue, attribute.StringValue);
                    continue;
                }

                canaries.Look("dead-letter attributes", name);
                canaries.Look("dead-letter attributes", attribute.StringValue);
            }
        }

        await using var source = NpgsqlDataSource.Create(estate.ConnectionString);
        await using var rows = source.CreateCommand(
            "SELECT (to_jsonb(l) - 'device_type' - 'locale' - 'user_id')::text FROM user_logins l");
        await using var reader = await rows.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            canaries.Look("table", reader.GetString(0));
        }

        return letters.Select(x => x.Body).Distinct().Count();
    }

    /// <summary>Asserts that no canary was seen and that each of these sinks was read.</summary>
    public static void AssertNoneIn(this CanaryWatch canaries, params string[] sinks)
    {
        Assert.True(
            canaries.Count == 0,
            $"{canaries.Count} texts hold a canary, such as\n{string.Join('\n', canaries.Sightings)}");
        Assert.All(
            sinks,
            sink =>
                Assert.True(
                    canaries.Read.GetValueOrDefault(sink) > 0,
                    $"Nothing was read of {sink}, so it proves nothing."));
    }
}
