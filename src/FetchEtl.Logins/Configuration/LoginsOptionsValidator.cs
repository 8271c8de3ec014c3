using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Reports every problem with the full configuration key, the expected form and the remedy. It quotes no value: a value
/// under the wrong key can be a secret.
/// </summary>
/// <param name="services">Passed to <see cref="LoginsOptions.DataSource"/>.</param>
internal sealed class LoginsOptionsValidator(IServiceProvider services) : IValidateOptions<LoginsOptions>
{
    public ValidateOptionsResult Validate(string? name, LoginsOptions options)
    {
        var problems = new ValidateOptionsResultBuilder();
        foreach (var unknown in options.UnknownKeys)
        {
            problems.AddError(unknown);
        }

        CheckConnection(options, problems);
        CheckSection(LoginsConfiguration.Storage, options, problems, CheckStorage);
        CheckSection(LoginsConfiguration.Masking, options, problems, CheckMasking);
        CheckSection(LoginsConfiguration.AppVersion, options, problems, CheckAppVersion);
        return problems.Build();
    }

    /// <summary>Reports why a section could not be bound, else checks its values.</summary>
    private static void CheckSection(
        string section,
        LoginsOptions options,
        ValidateOptionsResultBuilder problems,
        Action<LoginsOptions, ValidateOptionsResultBuilder> checkValues)
    {
        if (!options.UnboundSections.TryGetValue(section, out var unbound))
        {
            checkValues(options, problems);
            return;
        }

        foreach (var problem in unbound)
        {
            problems.AddError(problem);
        }
    }

    private static void CheckStorage(LoginsOptions options, ValidateOptionsResultBuilder problems)
    {
        CheckRange("Storage:BatchSize", options.Storage.BatchSize, StorageOptions.MaxBatchSize);
        CheckRange("Storage:Writers", options.Storage.Writers, StorageOptions.MaxWriters);

        if (options.Storage.Schema is { } schema)
        {
            CheckName("Storage:Schema", schema, LoginTables.MaxSchemaLength);
        }

        CheckName("Storage:Table", options.Storage.Table, LoginTables.MaxTableLength);

        void CheckName(string key, string name, int max)
        {
            if (!LoginTables.IsName(name, max))
            {
                problems.AddError($"{options.KeyPrefix}{key} must be {LoginTables.NameRule(max)}.");
            }
        }

        void CheckRange(string key, int value, int max)
        {
            if (value < 1 || value > max)
            {
                problems.AddError($"{options.KeyPrefix}{key} must be a whole number from 1 to {max}.");
            }
        }
    }

    private static void CheckMasking(LoginsOptions options, ValidateOptionsResultBuilder problems)
    {
        foreach (var problem in options.Masking.Validate($"{options.KeyPrefix}{LoginsConfiguration.Masking}"))
        {
            problems.AddError(problem);
        }
    }

    private static void CheckAppVersion(LoginsOptions options, ValidateOptionsResultBuilder problems)
    {
        if (!Enum.IsDefined(options.AppVersion.Encoding))
        {
            problems.AddError($"{options.KeyPrefix}AppVersion:Encoding must be Ordered or Digits.");
        }
    }

    private void CheckConnection(LoginsOptions options, ValidateOptionsResultBuilder problems)
    {
        var found = options.DataSource is { } application
            ? CheckDataSource(options, application(services))
            : ConnectionSetting.Validate(options.ConnectionString, options.Storage.RequireTls, options.KeyPrefix);
        foreach (var problem in found)
        {
            problems.AddError(problem);
        }
    }

    private static IEnumerable<string> CheckDataSource(LoginsOptions options, NpgsqlDataSource source)
    {
        if (!string.IsNullOrEmpty(options.ConnectionString))
        {
            yield return $"{options.KeyPrefix}ConnectionStrings:Logins is set, and so is LoginsOptions.DataSource: "
                + "remove one of them.";
        }

        // Npgsql leaves the password out of it.
        var connection = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        if (connection.IncludeErrorDetail)
        {
            yield return "LoginsOptions.DataSource has Include Error Detail, and PostgreSQL's details can quote a row: "
                + "build it without, or call ConfigureForLogins on its builder.";
        }

        if (options.Storage.RequireTls && ServerIdentity.FindUnverifiedHosts(source.ConnectionString).Count > 0)
        {
            yield return "LoginsOptions.DataSource must have SSL Mode=VerifyFull or SSL Mode=VerifyCA, because "
                + $"{options.KeyPrefix}Storage:RequireTls is true.";
        }
    }
}
