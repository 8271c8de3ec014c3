using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FetchEtl.Migrations
{
    /// <summary>
    /// Creates <c>user_logins</c> with the seven columns of the challenge, or adopts the table that exists. Adds the
    /// unique <c>message_id</c> and the view <c>user_logins_readable</c>.
    /// </summary>
    /// <remarks>
    /// The statements are SQL because EF Core's operations cannot adopt a table. They reject a table with rows that
    /// <see cref="TableAdoption"/> has not prepared.
    /// </remarks>
    public partial class UserLogins : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(UserLoginsSql.CreateTable);
            migrationBuilder.Sql(AdoptionCheck.Sql);
            migrationBuilder.Sql(UserLoginsSql.AddMessageId);
            migrationBuilder.Sql(UserLoginsSql.CreateView);
        }

        /// <summary>
        /// Removes what the migration added. The table stays: it may be older than FetchEtl, and so may its rows.
        /// </summary>
        /// <param name="migrationBuilder">Collects the statements.</param>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(UserLoginsSql.RemoveAdditions);
        }
    }
}
