using System.Globalization;
using System.Text;
using FetchEtl.Maintenance;
using static FetchEtl.Service.StandalonePage;

namespace FetchEtl.Service;

/// <summary>
/// A report as one HTML file: no script, no other file, and a policy that allows only the page's own style.
/// </summary>
internal static class ReportPage
{
    private const int BarLength = 100;

    public static string Render(LoginReport report, DateTimeOffset now)
    {
        var title = report.Since == report.Until
            ? $"Logins, {ReportSections.LongDate(report.Since)}"
            : $"Logins, {ReportSections.LongDate(report.Since)} to {ReportSections.LongDate(report.Until)}";
        var html = new StringBuilder(
            Begin("report.css", title, "Logins", ReportSections.Period(report, now)));
        if (report.Totals is { } totals)
        {
            AppendTotals(html, report, totals);
        }
        else
        {
            html.Append(
                $"<section class=\"wide\"><p>{Text(ReportSections.Withheld(report))}</p>"
                + $"{Paragraph(ReportSections.Mixed(report))}</section>\n");
        }

        if (report.Totals is { Logins: > 0 })
        {
            AppendDays(html, report);
        }

        foreach (var section in ReportSections.Of(report))
        {
            Append(html, section);
            if (section.Id == "device-types")
            {
                AppendMissing(html, report);
            }
        }

        if (ReportSections.DeadLetters(report) is { } letters)
        {
            Append(html, letters);
        }

        html.Append(
            $"""
            </main>
            <footer>
            <p>{Text(ReportSections.Rule(report))} The report holds no user id, and no address or device id but as a
            mask.</p>
            <p>fetch-etl {Text(ServiceVersion.Text)}, {Time(now)} UTC. docs/report.md says what each number means.</p>
            </footer>
            </body>
            </html>

            """);
        return html.ToString();
    }

    private static void AppendTotals(StringBuilder html, LoginReport report, ReportTotals totals)
    {
        var days = report.Days.Count;
        html.Append(
            $"""
            <section class="wide" id="totals">
            <h2>Totals</h2>
            <dl>
            {Figure("logins", totals.Logins, days == 1 ? null : $"{Average(totals.Logins, days)} a day")}
            {Figure("users", totals.Users, LoginsEach(totals.Users))}
            {Figure("devices", totals.Devices, LoginsEach(totals.Devices))}
            {Figure("addresses", totals.Addresses, LoginsEach(totals.Addresses))}
            </dl>
            {Paragraph(totals.Logins == 0 ? ReportSections.NoLogins : string.Empty)}
            {Paragraph(ReportSections.Mixed(report))}
            </section>

            """);

        string LoginsEach(long of) => $"{Average(totals.Logins, of)} logins each";
    }

    private static string Figure(string name, long number, string? note) =>
        $"<div><dt>{name}</dt><dd><span id=\"total-{name}\">{Words.Number(number)}</span>"
        + (note is null || number == 0 ? string.Empty : $" <small>{note}</small>") + "</dd></div>";

    private static string Average(long count, long of) => of == 0 ? string.Empty
        : ((double)count / of).ToString((double)count / of < 100 ? "N1" : "N0", CultureInfo.InvariantCulture);

    private static void AppendDays(StringBuilder html, LoginReport report)
    {
        AppendChart(
            html,
            new ReportChart(
                "by-day", "Logins per day", "logins", [.. report.Days.Select(day => (day.Date, day.Logins))]),
            Grey(ReportSections.OtherDays(report.OtherDays, report.MinK, "logins")));
        AppendChart(
            html,
            new ReportChart(
                "new-devices",
                "New devices per day",
                "devices",
                [.. report.Days.Select(day => (day.Date, day.NewDevices))]),
            "Devices whose first login of the whole table is of that day. "
            + Grey(ReportSections.OtherNewDevices(report, "devices")));
        html.Append(
            """
            <section class="wide" id="days">
            <details>
            <summary>Numbers of each day</summary>
            <table>
            <thead><tr><th scope="col">day</th><th scope="col">logins</th><th scope="col">new devices</th></tr></thead>
            <tbody>

            """);
        foreach (var day in report.Days)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><th scope=\"row\">{day.Date:yyyy-MM-dd} {day.Date:ddd}</th>{Cell(day.Logins)}"
                + $"{Cell(day.NewDevices)}</tr>\n");
        }

        html.Append("</tbody>\n</table>\n</details>\n</section>\n");
    }

    private static string Grey(string note) => note.Length == 0 ? note : $"Grey: {note}";

    private static void AppendChart(StringBuilder html, ReportChart chart, string note)
    {
        html.Append(
            $"""
            <section class="wide">
            <h2>{Text(chart.Title)}</h2>
            <p class="unit">{Text(chart.Unit)}, by day of UTC</p>

            """);
        chart.Append(html);
        html.Append($"<p class=\"note\">{Text(chart.Summary)} {Text(note)}</p>\n</section>\n");
    }

    private static void AppendMissing(StringBuilder html, LoginReport report)
    {
        html.Append(
            """
            <section id="missing">
            <h2>Missing values</h2>
            <table class="bars">
            <thead>
            <tr><th scope="col">column<span class="axis"><span>0</span><span>share of logins</span>
            <span>100%</span></span></th><th scope="col">share</th></tr>
            </thead>
            <tbody>

            """);
        foreach (var missing in report.Missing)
        {
            html.Append(
                $"<tr><th scope=\"row\">{Text(missing.Column)}{Bar(missing.Share ?? 0)}</th>"
                + (missing.Share is { } share
                    ? $"<td>{Text(RiskWords.Share(share))}</td></tr>\n"
                    : "<td class=\"few\">few people</td></tr>\n"));
        }

        html.Append("</tbody>\n</table>\n</section>\n");
    }

    private static void Append(StringBuilder html, ReportSection section)
    {
        html.Append($"<section id=\"{section.Id}\">\n<h2>{Text(section.Title)}</h2>\n");
        if (section.Rows.Count > 0)
        {
            var (top, _) = ReportChart.Scale((long)Math.Ceiling(100.0 * section.Most / section.Total));
            var axis = section.Most == 0 ? string.Empty
                : $"<span class=\"axis\"><span>0</span><span>share of {section.Unit}</span><span>{top}%</span></span>";
            html.Append(
                $"<table class=\"bars\">\n<thead><tr><th scope=\"col\">{section.Head}{axis}</th>"
                + $"<th scope=\"col\">{section.Unit}</th><th scope=\"col\">share</th></tr></thead>\n<tbody>\n");
            foreach (var row in section.Rows)
            {
                var share = (double)row.Count / section.Total;
                html.Append(
                    $"<tr{(row.IsValue ? string.Empty : " class=\"rest\"")}><th scope=\"row\">"
                    + $"<span class=\"{(row.IsMask ? "mask" : "label")}\">{Text(row.Label)}</span>"
                    + $"{(row.IsOther ? string.Empty : Bar(100 * share / top))}</th>"
                    + $"<td>{Words.Number(row.Count)}</td><td>{Text(RiskWords.Share(share))}</td></tr>\n");
            }

            html.Append("</tbody>\n</table>\n");
        }

        html.Append(Paragraph(section.Note)).Append("\n</section>\n");
    }

    private static string Paragraph(string text) =>
        text.Length == 0 ? string.Empty : $"<p class=\"note\">{Text(text)}</p>";

    private static string Cell(long? count) =>
        count is { } number ? $"<td>{Words.Number(number)}</td>" : "<td class=\"few\">few people</td>";

    private static string Bar(double share) => string.Create(
        CultureInfo.InvariantCulture,
        $"<svg class=\"bar\" viewBox=\"0 0 {BarLength} 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        + $"<rect class=\"room\" width=\"{BarLength}\" height=\"1\"/>"
        + $"<rect width=\"{BarLength * share:0.###}\" height=\"1\"/></svg>");
}
