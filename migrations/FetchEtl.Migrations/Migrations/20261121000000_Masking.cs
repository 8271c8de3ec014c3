using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FetchEtl.Migrations;

/// <summary>
/// Adds what masks are held to, <c>masking_generations</c>, filled with the generations that <c>user_logins</c> holds already,
/// and the vault, <c>pii_vault</c>.
/// </summary>
[DbContext(typeof(LoginDbContext))]
[Migration("20261121000000_Masking")]
internal sealed class Masking : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(
            """
            CREATE TABLE masking_generations (
                generation integer PRIMARY KEY,
                key_check varchar(64),
                first_used timestamptz NOT NULL DEFAULT now()
            );
            """);
        // Whose key each was is known only when it is given again, so key_check stays null until then.
        migrationBuilder.Sql(
            """
            INSERT INTO masking_generations (generation)
            SELECT DISTINCT split_part(mask, ':', 1)::integer
            FROM user_logins CROSS JOIN LATERAL (VALUES (masked_ip), (masked_device_id)) AS masks (mask)
            WHERE mask ~ '^[1-9][0-9]{0,3}:[0-9a-f]{64}$';
            """);
        // Going back leaves it, so it may be there.
        migrationBuilder.Sql(
            """
            CREATE TABLE IF NOT EXISTS pii_vault (
                mask varchar(256) NOT NULL,
                field varchar(32) NOT NULL,
                sealed bytea NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (mask, field)
            );
            """);
    }

    /// <summary>The vault stays: what is sealed in it may stand nowhere else.</summary>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("DROP TABLE IF EXISTS masking_generations;");
    }

    protected override void BuildTargetModel(ModelBuilder modelBuilder) => Model(modelBuilder);

    /// <summary>The model that this migration leads to; it never changes.</summary>
    internal static void Model(ModelBuilder modelBuilder)
    {
        UserLogins.Model(modelBuilder);

        modelBuilder.Entity("FetchEtl.Logins.MaskingGeneration", b =>
        {
            b.Property<int>("Generation").HasColumnType("integer").HasColumnName("generation").HasColumnOrder(0);
            b.Property<string>("KeyCheck").HasMaxLength(64).HasColumnType("character varying(64)").HasColumnName("key_check").HasColumnOrder(1);
            b.Property<DateTimeOffset>("FirstUsed").ValueGeneratedOnAdd().HasColumnType("timestamp with time zone")
                .HasColumnName("first_used").HasColumnOrder(2).HasDefaultValueSql("now()");
            b.HasKey("Generation");
            b.ToTable("masking_generations", (string?)null);
        });

        modelBuilder.Entity("FetchEtl.Logins.SealedValue", b =>
        {
            b.Property<string>("Mask").HasMaxLength(256).HasColumnType("character varying(256)").HasColumnName("mask").HasColumnOrder(0);
            b.Property<string>("Field").HasMaxLength(32).HasColumnType("character varying(32)").HasColumnName("field").HasColumnOrder(1);
            b.Property<byte[]>("Sealed").IsRequired().HasColumnType("bytea").HasColumnName("sealed").HasColumnOrder(2);
            b.Property<DateTimeOffset>("CreatedAt").ValueGeneratedOnAdd().HasColumnType("timestamp with time zone")
                .HasColumnName("created_at").HasColumnOrder(3).HasDefaultValueSql("now()");
            b.HasKey("Mask", "Field");
            b.ToTable("pii_vault", (string?)null);
        });
    }
}
