namespace FetchEtl.Service;

/// <summary>
/// All checks of <c>doctor</c>, with their names and pages. A test holds docs/doctor.md against this list.
/// </summary>
internal static class Checks
{
    public static readonly Check Sections = new("settings.sections", "sections", "docs/configuration.md#configuration");
    public static readonly Check Service = new("settings.service", "Service", "docs/configuration.md#service");
    public static readonly Check Sqs = new("settings.sqs", "Sqs, AWS", "docs/configuration.md#the-queue");
    public static readonly Check Database = new(
        "settings.database", "database, versions", "docs/configuration.md#the-database");

    public static readonly Check Masking = new("settings.masking", "Masking", "docs/configuration.md#masking");

    public static readonly Check Client = new(
        "settings.client", "SQS client", "docs/configuration.md#aws-credentials-and-endpoints");

    public static readonly Check SqsTls = new("settings.tls", "TLS to SQS", "docs/postgresql.md#tls");

    public static readonly Check Caller = new(
        "identity.caller", "caller", "docs/configuration.md#aws-credentials-and-endpoints");

    public static readonly Check Queue = new("queue.exists", "queue", "docs/configuration.md#the-queue");
    public static readonly Check QueueType = new("queue.type", "type", "docs/doctor.md#queue");
    public static readonly Check QueueRedrive = new("queue.redrive", "redrive policy", "docs/operations.md#outages");
    public static readonly Check QueueVisibility = new(
        "queue.visibility", "visibility timeout", "docs/configuration.md#the-queue");

    public static readonly Check QueueRetention = new("queue.retention", "retention", "docs/doctor.md#queue");
    public static readonly Check QueueEncryption = new("queue.encryption", "encryption", "docs/doctor.md#queue");
    public static readonly Check QueueMessages = new("queue.messages", "messages", "docs/doctor.md#queue");

    public static readonly Check GetUrl = Right("url", "GetQueueUrl");
    public static readonly Check GetAttributes = Right("attributes", "GetQueueAttributes");
    public static readonly Check Receive = Right("receive", "ReceiveMessage");
    public static readonly Check Delete = Right("delete", "DeleteMessage");
    public static readonly Check ChangeVisibility = Right("visibility", "ChangeVisibility");
    public static readonly Check Send = Right("send", "SendMessage");
    public static readonly Check Kms = Right("kms", "KMS key");

    public static readonly Check DeadQueue = new("dead.exists", "queue", "docs/operations.md#dead-letters");
    public static readonly Check DeadType = new("dead.type", "type", "docs/doctor.md#dead-letter-queue");
    public static readonly Check DeadRetention = new(
        "dead.retention", "retention", "docs/dead-letters.md#list");
    public static readonly Check DeadEncryption = new(
        "dead.encryption", "encryption", "docs/doctor.md#dead-letter-queue");
    public static readonly Check DeadRedrive = new(
        "dead.redrive", "redrive policy", "docs/doctor.md#dead-letter-queue");
    public static readonly Check DeadMessages = new(
        "dead.messages", "messages", "docs/dead-letters.md#list");

    public static readonly Check PayloadBucket = new("payloads.bucket", "bucket", "docs/doctor.md#payloads-in-s3");
    public static readonly Check PayloadRead = new("payloads.read", "GetObject", "docs/doctor.md#payloads-in-s3");
    public static readonly Check PayloadDelete = new(
        "payloads.delete", "DeleteObject", "docs/doctor.md#payloads-in-s3");

    public static readonly Check Connection = new(
        "database.connection", "connection", "docs/configuration.md#the-database");
    public static readonly Check Tls = new("database.tls", "TLS", "docs/postgresql.md#tls");
    public static readonly Check Version = new("database.version", "version", "docs/doctor.md#postgresql");
    public static readonly Check Migrations = new(
        "database.migrations", "migrations", "docs/adopting-a-table.md#migrate");
    public static readonly Check Table = new("database.table", "table", "docs/doctor.md#postgresql");
    public static readonly Check Rights = new("database.rights", "rights", "docs/operations.md#postgresql");
    public static readonly Check Schemas = new("database.schemas", "schemas", "docs/security.md#the-schema");
    public static readonly Check Durability = new(
        "database.durability", "durability", "docs/postgresql.md#settings-that-lose-rows");

    public static readonly Check Method = new("keys.method", "method", "docs/masking-and-keys.md#other-methods");
    public static readonly Check Generations = new(
        "keys.generations", "generations", "docs/masking-and-keys.md#rotating-the-key");

    public static readonly Check Pins = new("keys.settings", "pinned settings", "docs/security.md#pinned-settings");

    public static readonly Check KeyFiles = new("keys.files", "key files", "docs/masking-and-keys.md#keys");
    public static readonly Check Vault = new("keys.vault", "vault key", "docs/vault.md#making-the-keys");

    public static readonly Check SqsClock = new("clock.sqs", "against SQS", "docs/doctor.md#clock");
    public static readonly Check DatabaseClock = new("clock.database", "against PostgreSQL", "docs/doctor.md#clock");

    /// <summary>Every check, in the order of the sections.</summary>
    public static IReadOnlyList<Check> All { get; } =
    [
        Sections, Service, Sqs, Database, Masking, Client, SqsTls,
        Caller,
        Queue, QueueType, QueueRedrive, QueueVisibility, QueueRetention, QueueEncryption, QueueMessages,
        GetUrl, GetAttributes, Receive, Delete, ChangeVisibility, Send, Kms,
        DeadQueue, DeadType, DeadRetention, DeadEncryption, DeadRedrive, DeadMessages,
        PayloadBucket, PayloadRead, PayloadDelete,
        Connection, Tls, Version, Migrations, Table, Rights, Schemas, Durability,
        Method, Generations, Pins, KeyFiles, Vault,
        SqsClock, DatabaseClock,
    ];

    private static Check Right(string name, string call) => new($"rights.{name}", call, "docs/operations.md#aws");
}
