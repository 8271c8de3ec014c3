using System.Globalization;
using System.Net;
using System.Text;

namespace FetchEtl.Service;

/// <summary>
/// Columns over days, as SVG that follows the page's style: its colours are those of the reader's theme, its columns
/// stretch with the window, and its texts do not.
/// </summary>
/// <param name="Id">Its name in the page, and its class.</param>
/// <param name="Title">What it shows, as in <c>Logins per day</c>.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Days">The days in order; null where a day's number is not shown.</param>
internal sealed record ReportChart(
    string Id, string Title, string Unit, IReadOnlyList<(DateOnly Date, long? Count)> Days)
{
    private const int Steps = 4;
    private const int Height = 100;
    private const int DayWidth = 10;

    /// <summary>Columns of more days stand without gaps, which would be thinner than a pixel.</summary>
    private const int MostDaysWithGaps = 120;

    /// <summary>The chart's text alternative.</summary>
    public string Summary
    {
        get
        {
            var shown = Days.Where(day => day.Count is not null).ToList();
            if (shown.Count == 0)
            {
                return "No day is shown.";
            }

            var (most, least) = (shown.MaxBy(day => day.Count), shown.MinBy(day => day.Count));
            return Days.Count == 1
                ? $"{Words.Number(most.Count!.Value)} {Unit} on {ReportSections.LongDate(most.Date)}."
                : $"Most on {ReportSections.LongDate(most.Date)}: {Words.Number(most.Count!.Value)}. Fewest on "
                    + $"{ReportSections.LongDate(least.Date)}: {Words.Number(least.Count!.Value)}.";
        }
    }

    public void Append(StringBuilder html)
    {
        var (top, step) = Scale(Days.Max(day => day.Count ?? 0));
        html.Append($"<div class=\"plot {Id}\">\n<svg class=\"y\" aria-hidden=\"true\">");
        for (var tick = 0L; tick <= top; tick += step)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"100%\" y=\"{Height - (100.0 * tick / top):0.##}%\" dx=\"-8\" dy=\".33em\">"
                + $"{Short(tick)}</text>");
        }

        html.Append(
            CultureInfo.InvariantCulture,
            $"</svg>\n<svg class=\"columns\" role=\"img\" "
            + $"aria-label=\"{WebUtility.HtmlEncode($"{Title}. {Summary}")}\" "
            + $"viewBox=\"0 0 {Days.Count * DayWidth} {Height}\" preserveAspectRatio=\"none\">");
        for (var tick = 0L; tick <= top; tick += step)
        {
            var y = Height - ((double)Height * tick / top);
            html.Append(
                CultureInfo.InvariantCulture,
                $"<path class=\"{(tick == 0 ? "base" : "line")}\" d=\"M0 {y:0.##}H{Days.Count * DayWidth}\"/>");
        }

        AppendColumns(html, top);
        html.Append("</svg>\n<svg class=\"x\" aria-hidden=\"true\">");
        AppendDates(html);
        html.Append("</svg>\n</div>\n");
    }

    private void AppendColumns(StringBuilder html, long top)
    {
        var gap = Days.Count > MostDaysWithGaps ? 0 : Days.Count == 1 ? DayWidth * 0.4 : DayWidth * 0.1;
        for (var i = 0; i < Days.Count; i++)
        {
            var (date, count) = Days[i];
            var height = count is { } number ? (double)Height * number / top : Height;
            if (count == 0)
            {
                continue;
            }

            var text = count is { } shown ? $"{Words.Number(shown)} {Unit}" : "few people, not shown";
            html.Append(
                CultureInfo.InvariantCulture,
                $"<rect{(count is null ? " class=\"merged\"" : string.Empty)} x=\"{(i * DayWidth) + gap:0.##}\" "
                + $"y=\"{Height - height:0.###}\" width=\"{DayWidth - (2 * gap):0.##}\" height=\"{height:0.###}\">"
                + $"<title>{ReportSections.LongDate(date)}: {text}</title></rect>\n");
        }
    }

    /// <summary>Dates under the columns. On a phone every second one is hidden where they are many.</summary>
    private void AppendDates(StringBuilder html)
    {
        var ticks = Ticks();
        for (var i = 0; i < ticks.Count; i++)
        {
            var (index, label) = ticks[i];
            var place = 100 * (index + 0.5) / Days.Count;

            // A text at an end of the axis must not stand out of the page.
            var anchor = Days.Count == 1 ? string.Empty
                : place > 97 ? " text-anchor=\"end\"" : place < 3 ? " text-anchor=\"start\"" : string.Empty;
            html.Append(
                CultureInfo.InvariantCulture,
                $"<text{(ticks.Count > 5 && i % 2 == 1 ? " class=\"spare\"" : string.Empty)}{anchor} "
                + $"x=\"{(place > 97 ? 100 : place < 3 ? 0 : place):0.##}%\" y=\"1.1em\">{label}</text>");
        }
    }

    private IReadOnlyList<(int Index, string Label)> Ticks()
    {
        Func<DateOnly, bool> isTick = Days.Count switch
        {
            <= 14 => static _ => true,
            <= 62 => static date => date.DayOfWeek == DayOfWeek.Monday,
            <= 400 => static date => date.Day == 1,
            <= 1100 => static date => date is { Day: 1, Month: 1 or 4 or 7 or 10 },
            _ => static date => date is { Day: 1, Month: 1 },
        };
        return
        [
            .. Days.Select((day, index) => (day.Date, Index: index))
                .Where(day => isTick(day.Date))
                .Select(day => (day.Index, Label(day.Date))),
        ];

        string Label(DateOnly date) => (Days.Count <= 62, date.Month) switch
        {
            (true, _) => date.ToString("d MMM", CultureInfo.InvariantCulture),
            (false, 1) => date.ToString("yyyy", CultureInfo.InvariantCulture),
            (false, _) => date.ToString("MMM", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The end of the axis, and the distance of its lines: 1, 2 or 5 times a power of ten.</summary>
    internal static (long Top, long Step) Scale(long most)
    {
        var power = 1L;
        while (true)
        {
            foreach (var step in new[] { power, 2 * power, 5 * power })
            {
                if (step * Steps >= most)
                {
                    return (Math.Max(1, (most + step - 1) / step) * step, step);
                }
            }

            power *= 10;
        }
    }

    /// <summary>A number of an axis, as in <c>20k</c>.</summary>
    private static string Short(long number) => number switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e9:0.#}G"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e6:0.#}M"),
        >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e3:0.#}k"),
        _ => Words.Number(number),
    };
}
