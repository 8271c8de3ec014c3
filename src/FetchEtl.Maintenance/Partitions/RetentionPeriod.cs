using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace FetchEtl.Maintenance;

/// <summary>How long rows are kept, in days or in calendar months.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly partial record struct RetentionPeriod
{
    /// <summary>
    /// Up to this long SQS can deliver a message again: 14 days on a queue, and 14 more on the dead-letter queue.
    /// </summary>
    public const int RedeliveryDays = 28;

    private const int MostDays = 36_500;
    private const int MostMonths = 1_200;

    private RetentionPeriod(int number, bool isMonths) => (Number, IsMonths) = (number, isMonths);

    /// <summary>The forms that <see cref="TryParse"/> takes.</summary>
    public static string Forms => "1d to 36500d, or 1month to 1200months, such as 400d or 13months";

    /// <summary>The number of days, or of months.</summary>
    public int Number { get; }

    /// <summary>Whether <see cref="Number"/> counts months.</summary>
    public bool IsMonths { get; }

    /// <summary>Parses a duration, such as <c>400d</c> or <c>13months</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="period">The period.</param>
    /// <returns>Whether the text is one.</returns>
    public static bool TryParse(string? text, out RetentionPeriod period)
    {
        var match = Form().Match(text ?? string.Empty);
        var isMonths = match.Groups["unit"].Value.StartsWith('m');
        var isNumber = int.TryParse(
            match.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        period = new RetentionPeriod(number, isMonths);
        return isNumber && number >= 1 && number <= (isMonths ? MostMonths : MostDays);
    }

    /// <summary>Returns the first day that is kept.</summary>
    /// <param name="today">The current day.</param>
    /// <returns>The day; rows of days before it are past retention.</returns>
    public DateOnly FirstKept(DateOnly today)
    {
        // The calendar begins with the year 1.
        var days = Math.Min(Number, today.DayNumber);
        return !IsMonths ? today.AddDays(-days)
            : Number > ((today.Year - 1) * 12) + today.Month - 1 ? DateOnly.MinValue : today.AddMonths(-Number);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Number}{(!IsMonths ? "d" : Number == 1 ? "month" : "months")}");

    [GeneratedRegex(
        @"^(?<number>[0-9]{1,6})(?<unit>d|days?|months?)\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
