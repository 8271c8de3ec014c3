namespace FetchEtl.Service.Tests;

public sealed class MessageFileTests
{
    [Fact]
    public async Task A_line_that_cannot_be_sent_is_numbered_and_not_quoted_and_the_others_follow()
    {
        byte[] bytes =
        [
            0xef, 0xbb, 0xbf, .. "first\r\n\r\nbad "u8, 0xff,
            .. "\n"u8, .. Enumerable.Repeat((byte)'a', (1024 * 1024) + 1),
            .. "\nlast é"u8,
        ];

        var lines = new List<MessageLine>();
        await foreach (var line in MessageFile.ReadLinesAsync(new MemoryStream(bytes), CancellationToken.None))
        {
            lines.Add(line);
        }

        Assert.Equal(
            [
                new MessageLine(1, "first"),
                new MessageLine(3, null, "is not UTF-8"),
                new MessageLine(4, null, "is longer than SQS's 1 MiB"),
                new MessageLine(5, "last é"),
            ],
            lines);
    }

    [Fact]
    public async Task Where_all_lines_are_needed_a_bad_one_is_an_error_that_names_file_and_line()
    {
        var file = new FileInfo(Path.GetTempFileName());
        try
        {
            await File.WriteAllBytesAsync(file.FullName, [.. "{}\n canary"u8, 0xc3]);

            var error = Assert.Throws<UsageException>(() => MessageFile.Read(file).ToList());

            Assert.Equal($"{file}, line 2: is not UTF-8.", Assert.Single(error.Problems));
        }
        finally
        {
            file.Delete();
        }
    }
}
