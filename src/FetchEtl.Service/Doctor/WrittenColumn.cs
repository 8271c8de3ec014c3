namespace FetchEtl.Service;

/// <summary>A column of <c>user_logins</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as PostgreSQL writes it: <c>character varying(128)</c>.</param>
/// <param name="IsRequired">Whether it is NOT NULL and has neither a default nor a generated value.</param>
internal sealed record WrittenColumn(string Name, string Type, bool IsRequired);
