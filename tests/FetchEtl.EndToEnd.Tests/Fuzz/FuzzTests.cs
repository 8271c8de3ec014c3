using System.Text;
using Amazon.SQS.Model;
using FetchEtl.Service;
using FetchEtl.Sqs;
using Xunit.Abstractions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Sends bodies of every kind through the whole path: SQS, rider, consumer, writer, PostgreSQL. No other test may run
/// at the same time, because this one measures memory.
/// </summary>
[CollectionDefinition(nameof(FuzzTests), DisableParallelization = true)]
[Collection(nameof(FuzzTests))]
[Trait("Category", "Slow")]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Round = 10_000;

    // 80,000 bodies pass between the two measurements, so a leak of 160 bytes a body fails the test.
    private const long SmallObjectsGrowth = 12 * 1024 * 1024;

    // Pooled buffers have a limit, but it depends on the load of the machine, not on the number of bodies.
    private const long HeapGrowth = 48 * 1024 * 1024;

    [Fact]
    public Task Ten_thousand_bodies_end_as_one_row_or_one_dead_letter_each() => RunAsync(rounds: 1);

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_hundred_thousand_bodies_end_as_one_row_or_one_dead_letter_each_and_memory_stays_flat()
    {
        var (early, late) = await RunAsync(rounds: 10);

        Assert.True(
            late.Small - early.Small < SmallObjectsGrowth,
            $"{FuzzSeed.Text}: small objects grew from {early.Small:N0} to {late.Small:N0} bytes.");
        Assert.True(
            late.Heap - early.Heap < HeapGrowth,
            $"{FuzzSeed.Text}: the heap grew from {early.Heap:N0} to {late.Heap:N0} bytes.");
    }

    /// <summary>Runs the rounds.</summary>
    /// <returns>The memory after a fifth of the rounds, and after all.</returns>
    private async Task<((long Heap, long Small) Early, (long Heap, long Small) Late)> RunAsync(int rounds)
    {
        await using var estate = await Estate.CreateAsync();
        estate.KeepUserIds();
        await using var fuzz = await FuzzHost.StartAsync(estate);
        using var bodies = new FuzzGenerator(FuzzSeed.Value).Bodies().Where(x => x.FitsSqs).GetEnumerator();
        var (early, rows, letters) = ((Heap: 0L, Small: 0L), 0L, 0L);
        for (var round = 1; round <= rounds; round++)
        {
            var (written, dead) = await RunRoundAsync(estate, fuzz, bodies);
            (rows, letters) = (rows + written, letters + dead);
            early = round == rounds / 5 ? Measure() : early;
        }

        var late = Measure();
        output.WriteLine(
            $"{FuzzSeed.Text}: {rows} rows, {letters} dead letters, {fuzz.Canaries.Read["logs"]} texts of logs; "
            + $"heap {early.Heap:N0}, then {late.Heap:N0} bytes, "
            + $"small objects {early.Small:N0}, then {late.Small:N0}.");
        Assert.Equal(Round * rounds, rows + letters);
        Assert.InRange(rows, Round * rounds / 5, Round * rounds / 2);
        Assert.True(fuzz.Canaries.Read["logs"] > letters, "The log has fewer texts than there are dead letters.");
        Assert.True(
            fuzz.Canaries.Count == 0,
            $"{FuzzSeed.Text}: logs quote a body: {string.Join('\n', fuzz.Canaries.Sightings)}");
        return (early, late);
    }

    private static (long Heap, long Small) Measure()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var heap = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        return (heap.HeapSizeBytes, heap.GenerationInfo[GC.MaxGeneration].SizeAfterBytes);
    }

    private static async Task<(int Rows, int DeadLetters)> RunRoundAsync(
        Estate estate,
        FuzzHost fuzz,
        IEnumerator<FuzzBody> source)
    {
        var bodies = new FuzzBody[Round];
        for (var i = 0; i < bodies.Length && source.MoveNext(); i++)
        {
            bodies[i] = source.Current;
        }

        await fuzz.MoveAsync(bodies);

        var letters = await fuzz.TakeDeadLettersAsync();
        CheckDeadLetters(bodies, letters);
        var rows = await FuzzRows.TakeAsync(estate.ConnectionString);
        FuzzRows.Check(bodies, rows);
        Assert.True(
            bodies.Length == rows.Count + letters.Count,
            $"{FuzzSeed.Text}: {bodies.Length} bodies, {rows.Count} rows, {letters.Count} dead letters.");
        return (rows.Count, letters.Count);
    }

    private static void CheckDeadLetters(FuzzBody[] bodies, List<Message> letters)
    {
        var sent = bodies.ToLookup(x => Encoding.UTF8.GetString(x.Bytes));
        var dead = letters.ToLookup(x => x.Body);
        Assert.All(
            dead,
            x => Assert.True(sent.Contains(x.Key), $"{FuzzSeed.Text}: a dead letter has a body that was not sent."));
        foreach (var body in bodies)
        {
            var times = dead[Encoding.UTF8.GetString(body.Bytes)].Count();
            var expected = sent[Encoding.UTF8.GetString(body.Bytes)].Count();
            var right = body.Fate switch
            {
                FuzzFate.Row => times == 0,
                FuzzFate.DeadLetter => times == expected,
                _ => times <= expected,
            };
            Assert.True(right, $"{FuzzSeed.Name(body)}: {times} dead letters of {expected} sent.");
        }

        foreach (var letter in letters)
        {
            var reason = letter.MessageAttributes[DeadLetterAttributes.Reason].StringValue;
            var body = sent[letter.Body].First();
            Assert.True(Reasons.IsKnown(reason), $"{FuzzSeed.Name(body)}: its reason is unknown.");
            Assert.Equal(reason, LetterReason.Of(new("id", default) { Reason = reason }).Text);
            Assert.Equal(4, letter.MessageAttributes.Count);
            Assert.All(letter.MessageAttributes.Values, x => Assert.DoesNotContain(FuzzText.Canary, x.StringValue));
        }
    }
}
