using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FetchEtl.Logins;

/// <summary>
/// The tables <c>user_logins</c>, <c>masking_generations</c> and <c>pii_vault</c>, in the first schema of the
/// connection's <c>search_path</c> unless <see cref="LoginTablesOptionsExtensions.UseLoginTables"/> names others.
/// </summary>
/// <param name="options">The options, with a PostgreSQL connection.</param>
public sealed class LoginDbContext(DbContextOptions<LoginDbContext> options) : DbContext(options)
{
    /// <summary>The names of the tables.</summary>
    public LoginTables Tables { get; } =
        options.FindExtension<LoginTablesExtension>()?.Tables ?? LoginTables.Default;

    /// <summary>The logins, for reading. Rows are written by <see cref="LoginDatabase.InsertAsync"/>.</summary>
    public DbSet<UserLogin> UserLogins => Set<UserLogin>();

    /// <summary>The sealed values, by mask and field.</summary>
    public DbSet<SealedValue> SealedValues => Set<SealedValue>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.HasDefaultSchema(Tables.Schema);
        modelBuilder.Entity<UserLogin>(Configure);
        modelBuilder.Entity<MaskingGeneration>(Configure);
        modelBuilder.Entity<SealedValue>(Configure);
    }

    /// <summary>No key: rows of other writers have no message id, and no other column is unique.</summary>
    private void Configure(EntityTypeBuilder<UserLogin> login)
    {
        login.ToTable(Tables.Table).HasNoKey();
        login.Property(l => l.UserId).HasColumnName("user_id").HasMaxLength(ColumnLengths.UserId).HasColumnOrder(0);
        login.Property(l => l.DeviceType).HasColumnName("device_type")
            .HasMaxLength(ColumnLengths.DeviceType).HasColumnOrder(1);
        login.Property(l => l.MaskedIp).HasColumnName("masked_ip").HasMaxLength(ColumnLengths.Mask).HasColumnOrder(2);
        login.Property(l => l.MaskedDeviceId).HasColumnName("masked_device_id")
            .HasMaxLength(ColumnLengths.Mask).HasColumnOrder(3);
        login.Property(l => l.Locale).HasColumnName("locale").HasMaxLength(ColumnLengths.Locale).HasColumnOrder(4);
        login.Property(l => l.AppVersion).HasColumnName("app_version").HasColumnOrder(5);
        login.Property(l => l.CreateDate).HasColumnName("create_date").HasColumnOrder(6);
        login.Property(l => l.MessageId).HasColumnName("message_id").HasColumnOrder(7);
        login.Property(l => l.MaskGeneration).HasColumnName("mask_generation").HasColumnOrder(8);
        login.HasIndex(l => l.MessageId).IsUnique().HasDatabaseName("ix_user_logins_message_id");
    }

    private static void Configure(EntityTypeBuilder<MaskingGeneration> generation)
    {
        generation.ToTable("masking_generations").HasKey(g => g.Generation).HasName("masking_generations_pkey");
        generation.Property(g => g.Generation).HasColumnName("generation").HasColumnOrder(0).ValueGeneratedNever();
        generation.Property(g => g.KeyCheck).HasColumnName("key_check")
            .HasMaxLength(ColumnLengths.KeyCheck).HasColumnOrder(1);
        generation.Property(g => g.FirstUsed).HasColumnName("first_used").HasDefaultValueSql("now()").HasColumnOrder(2);
        generation.Property(g => g.Mac).HasColumnName("mac").HasMaxLength(ColumnLengths.KeyCheck).HasColumnOrder(3);
        generation.Property(g => g.Settings).HasColumnName("settings").HasColumnOrder(4);
    }

    private static void Configure(EntityTypeBuilder<SealedValue> value)
    {
        value.ToTable("pii_vault").HasKey(v => new { v.Mask, v.Field }).HasName("pii_vault_pkey");
        value.Property(v => v.Mask).HasColumnName("mask").HasMaxLength(ColumnLengths.Mask).HasColumnOrder(0);
        value.Property(v => v.Field).HasColumnName("field").HasMaxLength(ColumnLengths.FieldName).HasColumnOrder(1);
        value.Property(v => v.Sealed).HasColumnName("sealed").HasColumnOrder(2);
        value.Property(v => v.CreatedAt).HasColumnName("created_at").HasColumnType("date")
            .HasDefaultValueSql("(now() AT TIME ZONE 'UTC')::date").HasColumnOrder(3);
        value.Property(v => v.Generation).HasColumnName("generation").HasColumnOrder(4);
        value.Property(v => v.KeyId).HasColumnName("key_id").HasMaxLength(ColumnLengths.KeyCheck).HasColumnOrder(5);
        value.Property(v => v.Signature).HasColumnName("signature").HasColumnOrder(6);
    }
}
