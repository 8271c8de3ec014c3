using FetchEtl.Local;

namespace FetchEtl.Service.Tests;

/// <summary>Something that is wrong, and what <c>doctor</c> must say of it.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Check">The check that must find it.</param>
/// <param name="Status">How grave it is.</param>
/// <param name="Found">Words of the finding.</param>
/// <param name="Remedy">Words of the remedy.</param>
internal sealed record DoctorFault(string Name, Check Check, CheckStatus Status, string Found, string Remedy)
{
    /// <summary>Settings that are wrong.</summary>
    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Settings that are missing.</summary>
    public string[] Without { get; init; } = [];

    /// <summary>Settings that depend on the estate.</summary>
    public Func<DoctorEstate, Dictionary<string, string?>>? SettingsOf { get; init; }

    /// <summary>Attributes of the queue; null for no queue.</summary>
    public Dictionary<string, string>? Queue { get; init; } = [];

    /// <summary>Attributes of the dead-letter queue; null for no queue.</summary>
    public Dictionary<string, string>? Dead { get; init; } = [];

    /// <summary>How often SQS delivers before it moves a message; null without a redrive policy.</summary>
    public int? MaxReceives { get; init; }

    /// <summary>Whether the policy names another queue than the service's.</summary>
    public bool MovesElsewhere { get; init; }

    /// <summary>Whether the dead-letter queue moves letters back to the queue.</summary>
    public bool GoesRound { get; init; }

    /// <summary>The operation that SQS refuses, and the code.</summary>
    public (string Operation, string Code)? Refusal { get; init; }

    /// <summary>What the owner of the tables does, and what undoes it.</summary>
    public (string Do, string Undo)? Sql { get; init; }

    /// <summary>How wrong this machine's clock is.</summary>
    public TimeSpan Clock { get; init; }

    public SqsFaultPlan? Plan => Refusal is var (operation, code)
        ? new SqsFaultPlan
        {
            Rules = [new SqsFaultRule { Kind = SqsFaultKind.Error, Operation = operation, Code = code }],
        }
        : null;

    public override string ToString() => Name;
}
