namespace FetchEtl.Migrations;

/// <summary>The statements of the migration <see cref="Masking"/> that EF Core has no operation for.</summary>
internal static class MaskingSql
{
    /// <summary>
    /// Inserts each generation whose masks the table holds. The check of its key stays null until the service starts
    /// with that key. The digits are counted outside the pattern: <c>{64}</c> takes ten times as long as <c>+</c>.
    /// </summary>
    public const string InsertGenerationsInUse =
        """
        INSERT INTO masking_generations (generation)
        SELECT DISTINCT pg_catalog.split_part(mask, ':', 1)::integer
        FROM user_logins CROSS JOIN LATERAL (VALUES (masked_ip::text), (masked_device_id::text)) AS masks (mask)
        WHERE mask COLLATE "C" ~ '^[1-9][0-9]{0,3}:[0-9a-f]+$'
            AND pg_catalog.length(mask) - pg_catalog.strpos(mask, ':') = 64;
        """;

    /// <summary>Creates the vault. Reverting the migration leaves it, so it may exist.</summary>
    public const string CreateVault =
        """
        CREATE TABLE IF NOT EXISTS pii_vault (
            mask varchar(256) NOT NULL,
            field varchar(32) NOT NULL,
            sealed bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pii_vault_pkey PRIMARY KEY (mask, field)
        );
        """;
}
