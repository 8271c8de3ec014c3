using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FetchEtl.Migrations;

/// <summary>
/// Makes <c>user_logins</c> by the challenge's DDL, or adopts one that is there, and adds what makes a row written once.
/// In SQL, since EF Core's operations can't adopt.
/// </summary>
[DbContext(typeof(LoginDbContext))]
[Migration("20260101000000_UserLogins")]
internal sealed class UserLogins : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(
            """
            CREATE TABLE IF NOT EXISTS user_logins (
                user_id varchar(128),
                device_type varchar(32),
                masked_ip varchar(256),
                masked_device_id varchar(256),
                locale varchar(32),
                app_version integer,
                create_date date
            );
            """);
        migrationBuilder.Sql(AdoptedTable.Check);
        migrationBuilder.Sql("ALTER TABLE user_logins ADD COLUMN IF NOT EXISTS message_id uuid;");
        migrationBuilder.Sql("CREATE UNIQUE INDEX IF NOT EXISTS ix_user_logins_message_id ON user_logins (message_id);");
        migrationBuilder.Sql(
            """
            CREATE OR REPLACE VIEW user_logins_readable AS
            SELECT user_id, device_type, masked_ip, masked_device_id, locale,
                   app_version / 1000000 || '.' || app_version / 1000 % 1000 || '.' || app_version % 1000 AS app_version,
                   create_date, message_id
            FROM user_logins;
            """);
    }

    /// <summary>Takes back what was added. The table stays: it may be older than FetchEtl, and its rows are the users'.</summary>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(
            """
            DROP VIEW IF EXISTS user_logins_readable;
            DROP INDEX IF EXISTS ix_user_logins_message_id;
            ALTER TABLE user_logins DROP COLUMN IF EXISTS message_id;
            """);
    }

    protected override void BuildTargetModel(ModelBuilder modelBuilder) => Model(modelBuilder);

    /// <summary>The model that this migration leads to; it never changes.</summary>
    internal static void Model(ModelBuilder modelBuilder)
    {
        modelBuilder.HasAnnotation("ProductVersion", "10.0.14").HasAnnotation("Relational:MaxIdentifierLength", 63);
        NpgsqlModelBuilderExtensions.UseIdentityByDefaultColumns(modelBuilder);

        modelBuilder.Entity("FetchEtl.Logins.UserLogin", b =>
        {
            b.Property<string>("UserId").HasMaxLength(128).HasColumnType("character varying(128)").HasColumnName("user_id").HasColumnOrder(0);
            b.Property<string>("DeviceType").HasMaxLength(32).HasColumnType("character varying(32)").HasColumnName("device_type").HasColumnOrder(1);
            b.Property<string>("MaskedIp").HasMaxLength(256).HasColumnType("character varying(256)").HasColumnName("masked_ip").HasColumnOrder(2);
            b.Property<string>("MaskedDeviceId").HasMaxLength(256).HasColumnType("character varying(256)").HasColumnName("masked_device_id").HasColumnOrder(3);
            b.Property<string>("Locale").HasMaxLength(32).HasColumnType("character varying(32)").HasColumnName("locale").HasColumnOrder(4);
            b.Property<int?>("AppVersion").HasColumnType("integer").HasColumnName("app_version").HasColumnOrder(5);
            b.Property<DateOnly?>("CreateDate").HasColumnType("date").HasColumnName("create_date").HasColumnOrder(6);
            b.Property<Guid?>("MessageId").HasColumnType("uuid").HasColumnName("message_id").HasColumnOrder(7);
            b.HasIndex("MessageId").IsUnique().HasDatabaseName("ix_user_logins_message_id");
            b.ToTable("user_logins", (string?)null);
        });
    }
}
