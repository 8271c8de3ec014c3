namespace FetchEtl.Migrations;

/// <summary>A migration stopped for a reason that an operator can remove. Its message names the remedy.</summary>
/// <param name="message">The reason and the remedy.</param>
public sealed class LoginMigrationException(string message) : Exception(message);
