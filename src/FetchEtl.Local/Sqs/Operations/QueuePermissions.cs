using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FetchEtl.Local;

/// <summary>
/// AddPermission and RemovePermission: a statement of the attribute Policy by its label. Like every policy it is stored
/// and has no effect.
/// </summary>
internal static class QueuePermissions
{
    /// <summary>The actions that a queue's owner can allow to others.</summary>
    private static readonly HashSet<string> Actions = new(StringComparer.OrdinalIgnoreCase)
    {
        "*", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl",
        "ListDeadLetterSourceQueues", "PurgeQueue", "ReceiveMessage", "SendMessage",
    };

    private static readonly Lock Changes = new();

    public static NoOutput Add(ApiCall call, AddPermissionInput input)
    {
        var queue = call.Queue(input.QueueUrl);
        var label = input.Label ?? throw ApiError.Missing("Label");
        var actions = input.Actions is { Count: > 0 } given ? given : throw ApiError.Missing("Actions");
        if (actions.Count > Quotas.PermittedActions)
        {
            throw ApiError.OverLimit.With(
                $"{actions.Count} Actions were found, maximum allowed is {Quotas.PermittedActions}.");
        }

        if (actions.Find(action => !Actions.Contains(action)) is { } refused)
        {
            throw ApiError.InvalidValue(
                "ActionName", "SQS:" + refused, "Only the queue owner is allowed to invoke this action.");
        }

        if (input.AwsAccountIds is not { Count: > 0 } accounts)
        {
            throw ApiError.InvalidValue("PrincipalId", "[]", "Unable to verify.");
        }

        lock (Changes)
        {
            var policy = PolicyOf(queue);
            if (Statements(policy).Any(statement => LabelOf(statement) == label))
            {
                throw ApiError.InvalidValue("Label", label, "Already exists.");
            }

            Statements(policy).Add(new JsonObject
            {
                ["Sid"] = label,
                ["Effect"] = "Allow",
                ["Principal"] = new JsonObject { ["AWS"] = OneOrMany(accounts, id => $"arn:aws:iam::{id}:root") },
                ["Action"] = OneOrMany(actions, action => "SQS:" + action),
                ["Resource"] = queue.Arn,
            });
            Store(call, queue, policy.ToJsonString());
        }

        return NoOutput.Value;
    }

    public static NoOutput Remove(ApiCall call, RemovePermissionInput input)
    {
        var queue = call.Queue(input.QueueUrl);
        lock (Changes)
        {
            var policy = PolicyOf(queue);
            var statements = Statements(policy);
            var where = queue.Settings.Get("Policy") is null ? "" : " on existing policy";
            var statement = statements.FirstOrDefault(x => LabelOf(x) == input.Label)
                ?? throw ApiError.InvalidValue("Label", input.Label, $"can't find label{where}.");
            statements.Remove(statement);
            Store(call, queue, statements.Count == 0 ? "" : policy.ToJsonString());
        }

        return NoOutput.Value;
    }

    private static JsonObject PolicyOf(StoredQueue queue) => queue.Settings.Get("Policy") is { } text
        ? JsonNode.Parse(text)!.AsObject()
        : new()
        {
            ["Version"] = "2008-10-17",
            ["Id"] = queue.Arn + "/SQSDefaultPolicy",
            ["Statement"] = new JsonArray(),
        };

    /// <summary>A policy that a client set can have a single statement without a list.</summary>
    private static JsonArray Statements(JsonObject policy)
    {
        if (policy["Statement"] is JsonArray statements)
        {
            return statements;
        }

        var single = policy["Statement"]?.DeepClone();
        JsonArray list = single is null ? [] : [single];
        policy["Statement"] = list;
        return list;
    }

    private static string? LabelOf(JsonNode? statement) =>
        statement is JsonObject members && members["Sid"] is JsonValue { } label
        && label.GetValueKind() == JsonValueKind.String
            ? label.GetValue<string>()
            : null;

    private static JsonNode OneOrMany(List<string> values, Func<string, string> write) => values is [var single]
        ? write(single)
        : new JsonArray([.. values.Select(value => (JsonNode)write(value))]);

    private static void Store(ApiCall call, StoredQueue queue, string policy) =>
        call.Store.Configure(queue, new Dictionary<string, string> { ["Policy"] = policy });
}

internal sealed record AddPermissionInput(
    string? QueueUrl,
    string? Label,
    [property: JsonPropertyName("AWSAccountIds")] List<string>? AwsAccountIds,
    List<string>? Actions);

internal sealed record RemovePermissionInput(string? QueueUrl, string? Label);
