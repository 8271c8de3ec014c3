using System.Buffers;
using System.Collections.Frozen;

namespace FetchEtl.Local;

/// <summary>Holds the current plan. Counts the faults of each kind, also those of earlier plans.</summary>
internal sealed class FaultInjector
{
    private readonly long[] _struck = new long[Enum.GetValues<SqsFaultKind>().Length];
    private volatile CurrentPlan? _current;

    /// <exception cref="ArgumentException">The plan has invalid rules.</exception>
    public SqsFaultPlan? Plan
    {
        get => _current?.Plan;
        set => _current = value is null ? null : new(value);
    }

    public IReadOnlyDictionary<SqsFaultKind, long> Counts => Enum.GetValues<SqsFaultKind>()
        .ToFrozenDictionary(kind => kind, kind => Interlocked.Read(ref _struck[(int)kind]));

    /// <summary>Draws the faults of a call. Null where no rule applies to its operation.</summary>
    public CallFaults? Draw(string operation, ReadOnlySequence<byte> request) =>
        _current?.Dice.GetValueOrDefault(operation) is { } dice ? new CallFaults(this, dice, request) : null;

    public void Count(SqsFaultKind kind) => Interlocked.Increment(ref _struck[(int)kind]);

    private sealed class CurrentPlan
    {
        public CurrentPlan(SqsFaultPlan plan)
        {
            if (plan.Problems() is { Length: > 0 } problems)
            {
                throw new ArgumentException(problems, nameof(plan));
            }

            Plan = plan;
            Dice = plan.Rules
                .SelectMany((rule, i) => SqsFaultRule.OperationsOf(rule.Kind)
                    .Where(operation => rule.Operation is null || rule.Operation == operation)
                    .Select(operation => (operation, Die: new FaultDie(plan.Seed, i, operation, rule))))
                .GroupBy(x => x.operation, x => x.Die, StringComparer.Ordinal)
                .ToFrozenDictionary(x => x.Key, x => x.ToArray(), StringComparer.Ordinal);
        }

        public SqsFaultPlan Plan { get; }

        /// <summary>By operation, in the order of the rules.</summary>
        public FrozenDictionary<string, FaultDie[]> Dice { get; }
    }
}
