using System.Globalization;
using System.Text;
using FetchEtl.Maintenance;
using static FetchEtl.Service.StandalonePage;

namespace FetchEtl.Service;

/// <summary>
/// A risk report as one HTML file: no script, no other file, and a policy that allows only the page's own style.
/// </summary>
internal static class RiskPage
{
    private const int BarLength = 100;

    public static string Render(RiskReport report, DateTimeOffset now)
    {
        var title = $"Risk of {report.Table}";
        var html = new StringBuilder(Begin("risk.css", title, title, RiskSections.Subject(report)));
        html.Append(
            $"""
            <section class="wide">
            <h2>Result</h2>
            <dl>
            <div class="{(report.ReachesMinK ? "good" : "bad")}">
            <dt>k, people</dt><dd id="k">{report.Classes.K}</dd></div>
            <div><dt>records at risk</dt><dd id="at-risk">{RiskWords.Share(report.Prosecutor.AtRisk)}</dd></div>
            <div><dt>people at risk</dt><dd>{Words.Number(report.Classes.PeopleBelow)}</dd></div>
            <div><dt>average risk</dt><dd>{RiskWords.Share(report.Prosecutor.Average)}</dd></div>
            </dl>
            <p>{Text(RiskSections.Verdict(report))}</p>
            <p>{Text(RiskSections.Advice(report))}</p>
            </section>

            """);
        foreach (var section in RiskSections.Of(report))
        {
            Append(html, section);
        }

        html.Append(
            $"""
            <section class="wide">
            <h2>Masking by sending</h2>
            <p>{Text(RiskSections.Oracle(report.Oracle))}</p>
            </section>
            </main>
            <footer><p>fetch-etl {Text(ServiceVersion.Text)}, {Time(now)} UTC. Counts and shares only: the page holds no
            value of a row. docs/risk.md says what each number means.</p></footer>
            </body>
            </html>

            """);
        return html.ToString();
    }

    private static void Append(StringBuilder html, RiskSection section)
    {
        if (section.Rows.Count == 0)
        {
            return;
        }

        html.Append(
            $"""
            <section class="wide" id="{section.Id}">
            <h2>{Text(section.Title)}</h2>
            <table>
            <caption>{Text(section.Note)}</caption>
            <thead><tr>{string.Concat(section.Headers.Select((head, i) => Head(head, i, section)))}</tr></thead>
            <tbody>

            """);
        for (var row = 0; row < section.Rows.Count; row++)
        {
            html.Append("<tr>");
            for (var cell = 0; cell < section.Headers.Count; cell++)
            {
                var text = Text(section.Rows[row][cell]);
                html.Append(cell > 0 ? $"<td data-name=\"{Text(section.Headers[cell])}\">{text}</td>"
                    : $"<th scope=\"row\">{text}{Bar(section.Bars.Count == 0 ? null : section.Bars[row])}</th>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table>\n</section>\n");
    }

    /// <summary>Bars stand under the texts of the first column, and their axis in its head.</summary>
    private static string Head(string head, int place, RiskSection section) => place > 0 || section.Bars.Count == 0
        ? $"<th scope=\"col\">{Text(head)}</th>"
        : $"<th scope=\"col\">{Text(head)}<span class=\"axis\"><span>0</span><span>{Text(section.Axis)}</span>" +
            "<span>100%</span></span></th>";

    private static string Bar(double? share) => share is null ? string.Empty : string.Create(
        CultureInfo.InvariantCulture,
        $"<svg viewBox=\"0 0 {BarLength} 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        + $"<rect class=\"room\" width=\"{BarLength}\" height=\"1\"/>"
        + $"<rect width=\"{BarLength * share:0.###}\" height=\"1\"/></svg>");
}
