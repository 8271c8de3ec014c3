using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FetchEtl.Migrations
{
    /// <summary>
    /// Adds generation, key and signature to <c>pii_vault</c>, whose entries keep the date on which they were sealed,
    /// and no time.
    /// </summary>
    /// <remarks>
    /// PostgreSQL rewrites the table, and writers with a vault wait meanwhile. It is a migration of its own, so that
    /// no other table is locked for as long.
    /// </remarks>
    public partial class VaultEntries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(VaultEntriesSql.ForgetTimes);
            migrationBuilder.Sql(VaultEntriesSql.AddColumns);
        }

        /// <summary>Changes nothing: the entries could not be opened without the columns.</summary>
        /// <param name="migrationBuilder">Collects the statements.</param>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
