using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FetchEtl.Migrations
{
    /// <summary>
    /// Adds <c>mac</c> to <c>masking_generations</c>: it proves that a holder of the keys wrote the row. Rows get it
    /// when a process starts with their keys, or by <c>fetch-etl keys register</c>.
    /// </summary>
    public partial class GenerationMacs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "mac",
                table: "masking_generations",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "mac",
                table: "masking_generations");
        }
    }
}
