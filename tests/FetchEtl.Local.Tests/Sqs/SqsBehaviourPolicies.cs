using System.Text.Json.Nodes;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Local.Tests;

/// <summary>Attributes that SQS keeps and that have no effect here: permissions and encryption.</summary>
public sealed class SqsBehaviourPolicies(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    private const string Account = "111111111111";

    /// <summary>Recorded at AWS: LocalStack's test_sqs_permission_lifecycle.</summary>
    [Theory, EachProtocol]
    public async Task A_permission_is_a_statement_of_the_policy_until_it_is_removed(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        var arn = await queue.ArnAsync();

        await AddAsync(sqs, queue, "one", [Account], ["ReceiveMessage"]);
        await AddAsync(sqs, queue, "two", [Account, "222222222222"], ["*", "SendMessage"]);
        var policy = JsonNode.Parse(await queue.AttributeAsync("Policy"))!;
        var rejection = await Rejection.OfAsync(
            "InvalidParameterValue", () => AddAsync(sqs, queue, "one", [Account], ["SendMessage"]));

        Assert.Equal(("2008-10-17", $"{arn}/SQSDefaultPolicy"), ((string?)policy["Version"], (string?)policy["Id"]));
        Assert.Equal(
            "{\"Sid\":\"one\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:root\"},"
            + $"\"Action\":\"SQS:ReceiveMessage\",\"Resource\":\"{arn}\"}}",
            policy["Statement"]![0]!.ToJsonString());
        Assert.Equal(2, policy["Statement"]![1]!["Principal"]!["AWS"]!.AsArray().Count);
        Assert.Equal("Value one for parameter Label is invalid. Reason: Already exists.", rejection.Message);
        await sqs.RemovePermissionAsync(queue.Url, "one");
        await sqs.RemovePermissionAsync(queue.Url, "two");
        Assert.Null((await sqs.GetQueueAttributesAsync(queue.Url, ["Policy"])).Attributes);
        var missing = await Rejection.OfAsync(
            "InvalidParameterValue", () => sqs.RemovePermissionAsync(queue.Url, "two"));
        Assert.Equal("Value two for parameter Label is invalid. Reason: can't find label.", missing.Message);
    }

    [Theory, EachProtocol]
    public async Task A_permission_for_too_many_actions_or_one_of_the_owner_is_rejected(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);

        var many = await Rejection.OfAsync<OverLimitException>(
            "OverLimit", 403, () => AddAsync(sqs, queue, "x", [Account], [.. Enumerable.Repeat("SendMessage", 8)]));
        var owners = await Rejection.OfAsync(
            "InvalidParameterValue", () => AddAsync(sqs, queue, "x", [Account], ["DeleteQueue"]));

        Assert.Equal("8 Actions were found, maximum allowed is 7.", many.Message);
        Assert.Contains("Only the queue owner", owners.Message, StringComparison.Ordinal);
    }

    /// <summary>Recorded at AWS: LocalStack's test_set_queue_attributes_default_values.</summary>
    [Theory, EachProtocol]
    public async Task A_queue_has_one_encryption_at_a_time_and_a_reuse_period_only_with_a_key(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);

        await Rejection.OfAsync<InvalidAttributeNameException>(
            "InvalidAttributeName",
            () => queue.SetAttributesAsync(new() { ["KmsMasterKeyId"] = "key", ["SqsManagedSseEnabled"] = "true" }));
        await queue.SetAttributesAsync(
            new() { ["KmsMasterKeyId"] = "key", ["KmsDataKeyReusePeriodSeconds"] = "600" });
        Assert.Equal("600", await queue.AttributeAsync("KmsDataKeyReusePeriodSeconds"));
        Assert.Equal("false", await queue.AttributeAsync("SqsManagedSseEnabled"));
        await queue.SetAttributesAsync(new() { ["KmsMasterKeyId"] = "", ["KmsDataKeyReusePeriodSeconds"] = "300" });

        Assert.DoesNotContain(
            "KmsDataKeyReusePeriodSeconds", (await sqs.GetQueueAttributesAsync(queue.Url, ["All"])).Attributes.Keys);
    }

    private static Task<AddPermissionResponse> AddAsync(
        IAmazonSQS sqs, TestQueue queue, string label, List<string> accounts, List<string> actions) =>
        sqs.AddPermissionAsync(new AddPermissionRequest(queue.Url, label, accounts, actions));
}
