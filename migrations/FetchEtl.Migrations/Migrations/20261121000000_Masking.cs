using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FetchEtl.Migrations
{
    /// <summary>
    /// Creates <c>masking_generations</c>, with the generations whose masks <c>user_logins</c> holds, and the vault,
    /// <c>pii_vault</c>.
    /// </summary>
    public partial class Masking : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "masking_generations",
                columns: table => new
                {
                    generation = table.Column<int>(type: "integer", nullable: false),
                    key_check = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    first_used = table.Column<DateTimeOffset>(
                        type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("masking_generations_pkey", x => x.generation);
                });

            migrationBuilder.Sql(MaskingSql.InsertGenerationsInUse);
            migrationBuilder.Sql(MaskingSql.CreateVault);
        }

        /// <summary>Drops <c>masking_generations</c>. The vault stays: its values may exist nowhere else.</summary>
        /// <param name="migrationBuilder">Collects the statements.</param>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "masking_generations");
        }
    }
}
