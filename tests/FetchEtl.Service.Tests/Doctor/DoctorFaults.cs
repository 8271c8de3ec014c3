using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Service.Tests;

/// <summary>The faults that are planted.</summary>
internal static class DoctorFaults
{
    private const CheckStatus Error = CheckStatus.Error;
    private const CheckStatus Warning = CheckStatus.Warning;

    public static IReadOnlyList<DoctorFault> All { get; } =
        [.. Settings(), .. Queues(), .. Rights(), .. Database(), .. Keys()];

    private static IEnumerable<DoctorFault> Settings()
    {
        yield return new("no connection string", Checks.Database, Error, "ConnectionStrings:Logins is missing", "Host=")
        {
            Settings = new() { ["ConnectionStrings:Logins"] = "" },
        };
        yield return new("no masking key", Checks.Masking, Error, "without a key nothing is masked", "keys new")
        {
            Without = ["Masking:Keys:0"],
        };
        yield return new(
            "a setting out of its range", Checks.Sqs, Error, "Sqs:WaitTimeSeconds must be 0 to 20", "correct")
        {
            Settings = new() { ["Sqs:WaitTimeSeconds"] = "21" },
        };
        yield return new(
            "a misspelled setting", Checks.Sqs, Error, "Sqs:QueuName is not a setting", "did you mean Sqs:Q")
        {
            Settings = new() { ["Sqs:QueuName"] = "x" },
        };
        yield return new(
            "a misspelled section", Checks.Sections, Error, "Maskng is not a section", "did you mean Masking")
        {
            Settings = new() { ["Maskng:Keys:0"] = "x" },
        };
        yield return new(
            "a stop that takes no time", Checks.Service, Error, "Service:ShutdownTimeoutSeconds must", "correct")
        {
            Settings = new() { ["Service:ShutdownTimeoutSeconds"] = "0" },
        };
        yield return new(
            "http where TLS is required", Checks.Client, Error, "the endpoint is http on another", "https URL")
        {
            Settings = new() { ["Sqs:ServiceUrl"] = "http://sqs.invalid:4566", ["Sqs:RequireTls"] = "true" },
        };
        yield return new(
            "an SQS that does not listen", Checks.Queue, Error, "SQS cannot be reached", "check Sqs:ServiceUrl")
        {
            Settings = new() { ["Sqs:ServiceUrl"] = "http://127.0.0.1:1", ["AWS:MaxErrorRetry"] = "0" },
        };
        yield return new(
            "no public key of the vault", Checks.Masking, Error, "names a file that does not exist", "correct")
        {
            Settings = new() { ["Masking:Vault:PublicKeyFile"] = "/nowhere/vault.pem" },
        };
    }

    private static IEnumerable<DoctorFault> Queues()
    {
        yield return new("no queue", Checks.Queue, Error, "does not exist in this account", "correct Sqs:QueueName")
        {
            Queue = null,
        };
        yield return new(
            "a wrong name that names both queues", Checks.DeadQueue, Error, "-dead does not exist",
            "it is named after Sqs:QueueName: correct that first")
        {
            Queue = null,
            Dead = null,
            Settings = new() { ["Sqs:DeadLetterQueueName"] = "" },
        };
        yield return new("a queue to be created", Checks.Queue, Warning, "creates it at its start", "start the service")
        {
            Queue = null,
            Settings = new() { ["Sqs:CreateQueues"] = "true" },
        };
        yield return new(
            "one receive", Checks.QueueRedrive, Error, "after 1 receive: each stop", "maxReceiveCount to 10")
        {
            MaxReceives = 1,
        };
        yield return new("three receives", Checks.QueueRedrive, Warning, "after 3 receives", "maxReceiveCount to 10")
        {
            MaxReceives = 3,
        };
        yield return new("two dead-letter queues", Checks.QueueRedrive, Warning, "in two places", "read both queues")
        {
            MaxReceives = 10,
            MovesElsewhere = true,
        };
        yield return new(
            "short leases", Checks.QueueVisibility, Warning, "A pause of 5 seconds", "VisibilityTimeoutSeconds")
        {
            Settings = new() { ["Sqs:VisibilityTimeoutSeconds"] = "5" },
        };
        yield return new(
            "a short retention", Checks.QueueRetention, Warning, "1 hour: SQS deletes", "MessageRetentionPeriod")
        {
            Queue = new() { ["MessageRetentionPeriod"] = "3600" },
        };
        yield return new("no encryption", Checks.QueueEncryption, Warning, "in the clear", "SqsManagedSseEnabled")
        {
            Queue = new() { ["SqsManagedSseEnabled"] = "false" },
        };
        yield return new("no dead-letter queue", Checks.DeadQueue, Error, "does not exist", "Sqs:DeadLetterQueueName")
        {
            Dead = null,
        };
        yield return new(
            "a dead-letter queue that forgets", Checks.DeadRetention, Error, "the queue's is 4 days", "raise")
        {
            Dead = new() { ["MessageRetentionPeriod"] = "86400" },
        };
        yield return new(
            "a standard queue and FIFO letters", Checks.DeadType, Error, "FIFO, and the queue is standard", "type")
        {
            Settings = new() { ["Sqs:DeadLetterQueueName"] = "letters.fifo" },
            Dead = new() { ["FifoQueue"] = "true" },
        };
        yield return new("letters in the clear", Checks.DeadEncryption, Warning, "in the clear", "SqsManagedSseEnabled")
        {
            Dead = new() { ["SqsManagedSseEnabled"] = "false" },
        };
        yield return new(
            "letters that go round", Checks.DeadRedrive, Error, "they go round for ever", "remove the redrive")
        {
            GoesRound = true,
        };
        yield return new(
            "rejected credentials", Checks.Queue, Error, "InvalidClientTokenId", "correct the AWS credentials")
        {
            Refusal = ("GetQueueUrl", "InvalidClientTokenId"),
        };
        yield return new("a clock that is 6 minutes fast", Checks.SqsClock, Error, "clock is 6 min", "NTP")
        {
            Clock = TimeSpan.FromMinutes(6),
        };
        yield return new("a clock that is 30 seconds slow", Checks.SqsClock, Warning, " s slow", "NTP")
        {
            Clock = TimeSpan.FromSeconds(-30),
        };
        yield return new("a clock unlike PostgreSQL's", Checks.DatabaseClock, Warning, " s slow", "both clocks")
        {
            Clock = TimeSpan.FromSeconds(-30),
        };
    }

    private static IEnumerable<DoctorFault> Rights() =>
    [
        Denied("GetQueueUrl", Checks.GetUrl, "sqs:GetQueueUrl"),
        Denied("GetQueueAttributes", Checks.GetAttributes, "sqs:GetQueueAttributes"),
        Denied("ReceiveMessage", Checks.Receive, "sqs:ReceiveMessage"),
        Denied("DeleteMessageBatch", Checks.Delete, "sqs:DeleteMessage"),
        Denied("ChangeMessageVisibilityBatch", Checks.ChangeVisibility, "sqs:ChangeMessageVisibility"),
        Denied("SendMessageBatch", Checks.Send, "sqs:SendMessage"),
    ];

    private static DoctorFault Denied(string operation, Check check, string right) =>
        new($"{operation} is denied", check, Error, $"the caller lacks {right}", $"grant {right}")
        {
            Refusal = (operation, "AccessDenied"),
        };

    private static IEnumerable<DoctorFault> Database()
    {
        yield return new("no server", Checks.Connection, Error, "Failed to connect to 127.0.0.1:1", "PostgreSQL runs")
        {
            Settings = new() { ["ConnectionStrings:Logins"] = "Host=127.0.0.1;Port=1;Database=x;Username=x" },
        };
        yield return new("a wrong password", Checks.Connection, Error, "rejects the login", "correct user and password")
        {
            SettingsOf = estate => Connection(estate.RoleWith("Password", "wrong")),
        };
        yield return new("no database", Checks.Connection, Error, "the database does not exist", "--create-database")
        {
            SettingsOf = estate => Connection(estate.RoleWith("Database", "nowhere")),
        };
        yield return new("no TLS", Checks.Connection, Error, "the server has TLS off", "docs/postgresql.md#tls")
        {
            SettingsOf = estate => Connection(estate.RoleWith("SSL Mode", "Require")),
        };
        yield return new(
            "a server that nobody checks", Checks.Tls, Warning, "the certificate of db.invalid", "VerifyFull")
        {
            SettingsOf = estate => Connection(WithSecondHost(estate.Role)),
        };
        yield return new("no table", Checks.Table, Error, "no schema of the search_path has user_logins", "migrate")
        {
            SettingsOf = estate => Connection(estate.RoleWith("Search Path", "empty")),
        };
        yield return new("a missing migration", Checks.Migrations, Error, "20261129000000_Privacy", "migrate")
        {
            SettingsOf = estate => Connection(estate.Owner),
            Sql = (
                "DELETE FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" LIKE '20261129%'",
                "INSERT INTO \"__EFMigrationsHistory\" VALUES ('20261129000000_Privacy', '10.0.15')"),
        };
        yield return new("a missing column", Checks.Table, Error, "user_logins has no column locale", "migrate")
        {
            Sql = (
                "ALTER TABLE user_logins RENAME locale TO place", "ALTER TABLE user_logins RENAME place TO locale"),
        };
        yield return new(
            "a column that went after all migrations", Checks.Table, Error, "user_logins has no column locale",
            "rename it back, or add it by ALTER TABLE user_logins ADD COLUMN locale character varying(32)")
        {
            SettingsOf = estate => Connection(estate.Owner),
            Sql = (
                "ALTER TABLE user_logins RENAME locale TO place", "ALTER TABLE user_logins RENAME place TO locale"),
        };
        yield return new(
            "a table that went after all migrations", Checks.Table, Error, "no schema of the search_path has",
            "rename it back, or restore it from a backup")
        {
            SettingsOf = estate => Connection(estate.Owner),
            Sql = ("ALTER TABLE user_logins RENAME TO gone", "ALTER TABLE gone RENAME TO user_logins"),
        };
        yield return new(
            "a narrow column", Checks.Table, Warning, "user_logins.locale is character varying(2)", "ALTER TABLE")
        {
            SettingsOf = estate => Connection(estate.OwnerWith("Search Path", "narrow,public")),
            Sql = (
                "CREATE SCHEMA narrow; CREATE TABLE narrow.user_logins (LIKE user_logins INCLUDING ALL); "
                    + "ALTER TABLE narrow.user_logins ALTER COLUMN locale TYPE varchar(2)",
                "DROP SCHEMA narrow CASCADE"),
        };
        yield return new("a column of another type", Checks.Table, Error, "app_version is text", "TYPE integer")
        {
            SettingsOf = estate => Connection(estate.OwnerWith("Search Path", "other,public")),
            Sql = (
                "CREATE SCHEMA other; CREATE TABLE other.user_logins (LIKE user_logins INCLUDING ALL); "
                    + "ALTER TABLE other.user_logins ALTER COLUMN app_version TYPE text",
                "DROP SCHEMA other CASCADE"),
        };
        yield return new(
            "a column that nobody fills", Checks.Table, Error, "user_logins.team is NOT NULL", "DROP NOT NULL")
        {
            Sql = (
                "ALTER TABLE user_logins ADD COLUMN team text NOT NULL", "ALTER TABLE user_logins DROP COLUMN team"),
        };
        yield return new("a required locale", Checks.Table, Warning, "user_logins.locale is NOT NULL", "DROP NOT NULL")
        {
            Sql = (
                "ALTER TABLE user_logins ALTER COLUMN locale SET NOT NULL",
                "ALTER TABLE user_logins ALTER COLUMN locale DROP NOT NULL"),
        };
        yield return new(
            "no right to insert", Checks.Rights, Error, "the role lacks INSERT on user_logins (SQLSTATE 42501)",
            "GRANT INSERT ON user_logins TO fetch_etl_")
        {
            Sql = ("REVOKE INSERT ON user_logins FROM {role}", "GRANT INSERT ON user_logins TO {role}"),
        };
        yield return new(
            "no right to read what was erased", Checks.Rights, Error, "the role lacks SELECT on erased_messages",
            "GRANT SELECT ON erased_messages TO fetch_etl_")
        {
            Sql = ("REVOKE SELECT ON erased_messages FROM {role}", "GRANT SELECT ON erased_messages TO {role}"),
        };
        yield return new(
            "no unique index", Checks.Rights, Error, "user_logins has no unique index on message_id",
            "CREATE UNIQUE INDEX CONCURRENTLY ix_user_logins_message_id ON user_logins (message_id)")
        {
            Sql = (
                "DROP INDEX ix_user_logins_message_id",
                "CREATE UNIQUE INDEX ix_user_logins_message_id ON user_logins (message_id)"),
        };
        yield return new(
            "a read-only server", Checks.Rights, Error, "the server is read-only (SQLSTATE 25006)", "the primary")
        {
            Sql = (
                "ALTER ROLE {role} SET default_transaction_read_only = on",
                "ALTER ROLE {role} RESET default_transaction_read_only"),
        };
        yield return new(
            "an open schema", Checks.Schemas, Warning, "may create objects in schema public", "REVOKE CREATE")
        {
            Sql = ("GRANT CREATE ON SCHEMA public TO PUBLIC", "REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        };
        yield return new("an unlogged table", Checks.Durability, Warning, "user_logins is unlogged", "SET LOGGED")
        {
            Sql = ("ALTER TABLE user_logins SET UNLOGGED", "ALTER TABLE user_logins SET LOGGED"),
        };
        yield return new("asynchronous commits", Checks.Durability, Warning, "synchronous_commit is off", "RESET")
        {
            Sql = ("ALTER ROLE {role} SET synchronous_commit = off", "ALTER ROLE {role} RESET synchronous_commit"),
        };
    }

    private static IEnumerable<DoctorFault> Keys()
    {
        yield return new("a wrong key", Checks.Generations, Error, "is not the key of generation 1", "set that key")
        {
            Settings = new() { ["Masking:Keys:0"] = TestKeys.Second },
        };
        yield return new(
            "a key that is not registered", Checks.Generations, Error, "generation 2, and the role", "keys register")
        {
            Settings = new() { ["Masking:Keys:1"] = TestKeys.Second },
        };
        yield return new(
            "another encoding of versions", Checks.Pins, Error, "was written with Ordered", "keys register")
        {
            Settings = new() { ["AppVersion:Encoding"] = "Digits" },
        };
        yield return new("generations that cannot be read", Checks.Generations, Error, "may not read",
            "GRANT SELECT ON masking_generations TO fetch_etl_")
        {
            Sql = (
                "REVOKE SELECT ON masking_generations FROM {role}", "GRANT SELECT ON masking_generations TO {role}"),
        };
        yield return new("a method that can be reversed", Checks.Method, Warning, "can be reversed", "choose Hmac")
        {
            Without = ["Masking:Keys:0"],
            Settings = new()
            {
                ["Masking:Method"] = "Sha256",
                ["Masking:AllowWeak"] = "true",
                ["ConnectionStrings:Logins"] = "Host=127.0.0.1;Port=1;Database=x;Username=x",
            },
        };
    }

    private static Dictionary<string, string?> Connection(string text) => new() { ["ConnectionStrings:Logins"] = text };

    private static string WithSecondHost(string text)
    {
        var connection = new NpgsqlConnectionStringBuilder(text);
        return new NpgsqlConnectionStringBuilder(text) { Host = $"{connection.Host}:{connection.Port},db.invalid" }
            .ConnectionString;
    }
}
