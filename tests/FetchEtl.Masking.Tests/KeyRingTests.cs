using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

public sealed class KeyRingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(TestKeys.First)]
    [InlineData(TestKeys.First + "\n")]
    [InlineData("\uFEFF" + TestKeys.First + " \r\n\r\n")]
    public void A_key_in_a_file_is_the_same_key_as_in_text(string content)
    {
        var ring = Ring([], [Write("k", content)]);

        Assert.Equal(Ring([TestKeys.First], []).Check(1), ring.Check(1));
    }

    [Fact]
    public void Texts_and_files_make_one_ring_by_their_indexes()
    {
        var mixed = Ring(["", TestKeys.Second, ""], [Write("1", TestKeys.First), "", Write("3", TestKeys.Third)]);
        var texts = Ring([TestKeys.First, TestKeys.Second, TestKeys.Third], []);

        Assert.Equal(3, mixed.Count);
        Assert.Equal(
            [1, 2, 3], Enumerable.Range(1, 3).Where(generation => mixed.Check(generation) == texts.Check(generation)));
    }

    [Fact]
    public void A_check_tells_keys_and_generation_1s_former_method_apart()
    {
        string Check(string key, MaskingMethod? former = null, string? salt = null) =>
            new KeyRing(new MaskingOptions { Keys = { key }, Former = former, Salt = salt }).Check(1);

        string[] checks =
        [
            Check(TestKeys.First),
            Check(TestKeys.Second),
            Check(TestKeys.First, MaskingMethod.Sha256),
            Check(TestKeys.First, MaskingMethod.SaltedSha256, "a"),
            Check(TestKeys.First, MaskingMethod.SaltedSha256, "b"),
        ];

        Assert.Equal(5, checks.Distinct().Count());
        Assert.All(checks, check => Assert.Matches("^[0-9a-f]{16}$", check));
    }

    [Fact]
    public void All_that_is_wrong_with_keys_is_told_at_once_by_setting_and_without_what_was_set()
    {
        // Where the path should be, somebody put the key.
        var problems = Problems(
            [TestKeys.First, "", "", "c2hvcnQ=", "", "", TestKeys.Second, "", ""],
            [
                Write("0", TestKeys.Third), TestKeys.Third, "", "", _folder.FullName, Write("5", "no key"), "",
                Write("7", TestKeys.Second), Write("8", ""),
            ]);

        Assert.Equal(
            [
                "Masking:Keys:0 and Masking:KeyFiles:0 are both set, and a generation has one key: remove one of them.",
                "Masking:KeyFiles:1 names a file that does not exist: name a file that holds the key's base64 text.",
                "Masking:Keys:2 is missing: an index is a key's generation, so none may be left out; set it, or " +
                "Masking:KeyFiles:2.",
                "Masking:Keys:3 has 5 bytes, 32 or more are needed: make one with 'fetch-etl keys new'.",
                "Masking:KeyFiles:4 names a folder, or a file that this process may not read: name a file that holds " +
                "the key's base64 text.",
                "Masking:KeyFiles:5 is not base64: make one with 'fetch-etl keys new'.",
                "Masking:KeyFiles:7 repeats an earlier key: every generation needs one of its own; make one with " +
                "'fetch-etl keys new'.",
                "Masking:KeyFiles:8 has 0 bytes, 32 or more are needed: make one with 'fetch-etl keys new'.",
            ],
            problems);
    }

    [Fact]
    public void A_key_that_was_emptied_is_missing_and_does_not_shorten_the_ring()
    {
        Assert.Equal(
            ["Masking:Keys:1 is missing: an index is a key's generation, so none may be left out; set it, or " +
                "Masking:KeyFiles:1."],
            Problems([TestKeys.First, ""], []));
    }

    [Fact]
    public void Two_texts_of_one_key_are_the_same_key()
    {
        Assert.Equal(
            ["Masking:Keys:1 repeats an earlier key: every generation needs one of its own; make one with " +
                "'fetch-etl keys new'."],
            Problems([TestKeys.First, TestKeys.First.Insert(5, "\n")], []));
    }

    private static KeyRing Ring(string[] keys, string[] files)
    {
        var options = new MaskingOptions();
        Array.ForEach(keys, options.Keys.Add);
        Array.ForEach(files, options.KeyFiles.Add);
        return new KeyRing(options);
    }

    private static IEnumerable<string> Problems(string[] keys, string[] files) =>
        Assert.Throws<MaskingRefusedException>(() => Ring(keys, files)).Problems;

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
