using System.Data.Common;
using System.Text.RegularExpressions;
using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FetchEtl.Migrations;

/// <summary>
/// Puts the name of the logins' table into the statements of the migrations, which are written for <c>user_logins</c>.
/// What else has a name that begins so, such as the index and the view, keeps it. The schema is the session's
/// <c>search_path</c>.
/// </summary>
/// <param name="tables">The names of the settings.</param>
internal sealed partial class TableName(LoginTables tables) : DbCommandInterceptor
{
    /// <summary>The names of the settings.</summary>
    public LoginTables Tables => tables;

    /// <summary>Returns a statement for the table.</summary>
    /// <param name="sql">SQL that names the table as an identifier, or in a text that PostgreSQL reads as one.</param>
    public string In(string sql) =>
        tables.Table == LoginTables.DefaultTable ? sql : UserLogins().Replace(sql, $"\"{tables.Table}\"");

    /// <inheritdoc/>
    public override DbCommand CommandInitialized(CommandEndEventData eventData, DbCommand result)
    {
        ArgumentNullException.ThrowIfNull(result);
        result.CommandText = In(result.CommandText);
        return result;
    }

    [GeneratedRegex(@"(?<!\w)(?<quote>""?)user_logins\k<quote>(?!\w)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserLogins();
}
