using System.CommandLine;

namespace FetchEtl.Benchmarks;

/// <summary>Options for numbers of 1 or more, or above 0. Other values are usage errors.</summary>
internal static class NumberOption
{
    public static Option<int> AtLeastOne(string name, string description, int standard)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError($"{name} must be 1 or more.");
            }
        });
        return option;
    }

    public static Option<double> Positive(
        string name, string description, double standard, double below = double.PositiveInfinity)
    {
        var option = new Option<double>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<double>();
            if (!(value > 0 && value < below))
            {
                result.AddError(double.IsInfinity(below)
                    ? $"{name} must be above 0."
                    : FormattableString.Invariant($"{name} must be above 0 and below {below}."));
            }
        });
        return option;
    }

    public static Option<int[]> EachAtLeastOne(string name, string description, int[] standard)
    {
        var option = new Option<int[]>(name)
        {
            Description = description,
            DefaultValueFactory = _ => standard,
            AllowMultipleArgumentsPerToken = true,
        };
        option.Validators.Add(result =>
        {
            if (Array.Exists(result.GetValueOrDefault<int[]>(), x => x < 1))
            {
                result.AddError($"Each number of {name} must be 1 or more.");
            }
        });
        return option;
    }
}
