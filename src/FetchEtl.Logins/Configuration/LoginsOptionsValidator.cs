using System.Data.Common;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Names every problem by its configuration key, with what to do. Hand-written, since attributes can neither show the
/// value that is wrong nor keep a key that is wrong from being shown.
/// </summary>
internal sealed class LoginsOptionsValidator : IValidateOptions<LoginsOptions>
{
    public ValidateOptionsResult Validate(string? name, LoginsOptions options)
    {
        var problems = new ValidateOptionsResultBuilder();
        CheckConnection(options.ConnectionString, problems);
        CheckRange("Storage:BatchSize", options.Storage.BatchSize, StorageOptions.MaxBatchSize, problems);
        CheckRange("Storage:Writers", options.Storage.Writers, StorageOptions.MaxWriters, problems);
        foreach (var problem in options.Masking.Validate())
        {
            problems.AddError(problem);
        }

        if (!Enum.IsDefined(options.AppVersion.Encoding))
        {
            problems.AddError($"AppVersion:Encoding must be Ordered or Digits, is {options.AppVersion.Encoding}.");
        }

        return problems.Build();
    }

    private static void CheckConnection(string? connectionString, ValidateOptionsResultBuilder problems)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            problems.AddError(
                "ConnectionStrings:Logins is missing: set it to PostgreSQL's connection string, as in Host=…;Database=…;Username=….");
            return;
        }

        try
        {
            if (string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(connectionString).Host))
            {
                problems.AddError("ConnectionStrings:Logins names no host: write it as Host=…;Database=…;Username=….");
            }
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or DbException)
        {
            // The exception's text may quote the password.
            problems.AddError("ConnectionStrings:Logins is not a connection string that Npgsql can read: check its keywords and quotes.");
        }
    }

    private static void CheckRange(string key, int value, int max, ValidateOptionsResultBuilder problems)
    {
        if (value < 1 || value > max)
        {
            problems.AddError($"{key} must be 1 to {max}, is {value}.");
        }
    }
}
