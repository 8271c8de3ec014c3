using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Reports every problem with the full configuration key, the expected form and the remedy. It quotes no value: a value
/// under the wrong key can be a secret.
/// </summary>
internal sealed class LoginsOptionsValidator : IValidateOptions<LoginsOptions>
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
                problems.AddError(
                    $"{options.KeyPrefix}{key} must be a name of 1 to {max} ASCII letters, digits and underscores "
                    + "that does not begin with a digit.");
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

    private static void CheckConnection(LoginsOptions options, ValidateOptionsResultBuilder problems)
    {
        foreach (var problem in ConnectionSetting.Validate(
            options.ConnectionString, options.Storage.RequireTls, options.KeyPrefix))
        {
            problems.AddError(problem);
        }
    }
}
