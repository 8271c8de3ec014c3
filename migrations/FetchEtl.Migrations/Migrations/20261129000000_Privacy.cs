using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FetchEtl.Migrations
{
    /// <summary>
    /// Adds the settings to <c>masking_generations</c>, the generation of masks to <c>user_logins</c>, and the tables
    /// <c>erased_messages</c>, <c>audit_log</c> and <c>reader_domains</c>.
    /// </summary>
    public partial class Privacy : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "settings",
                table: "masking_generations",
                type: "text",
                nullable: true);

            migrationBuilder.Sql(PrivacySql.AddMaskGeneration);
            migrationBuilder.Sql(PrivacySql.CreateErasedMessages);
            migrationBuilder.Sql(PrivacySql.LetWritersReadErasures);
            migrationBuilder.Sql(PrivacySql.CreateAuditLog);
            migrationBuilder.Sql(PrivacySql.CreateReaderDomains);
        }

        /// <summary>
        /// Drops the columns of <c>masking_generations</c> and <c>user_logins</c>. The erasures and the audit log stay:
        /// they exist nowhere else.
        /// </summary>
        /// <param name="migrationBuilder">Collects the statements.</param>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "mask_generation",
                table: "user_logins");

            migrationBuilder.DropColumn(
                name: "settings",
                table: "masking_generations");
        }
    }
}
