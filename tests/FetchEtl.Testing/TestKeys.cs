namespace FetchEtl.Testing;

/// <summary>Masking keys for tests: SHA-256 of <c>fetch-etl test key 1</c>, <c>2</c> and <c>3</c>.</summary>
public static class TestKeys
{
    public const string First = "kYH7sJCK2/r4qVlwoK1ca7VVUevybLqdhP7/V5e3wj4=";
    public const string Second = "oU8zMuzZVAHxOe9YIF9c4IbJfn6KfV18tuHQnBSPHkA=";
    public const string Third = "1ubjMk0+SqwfJkw7sMWKcy79+nvLl3R/iE/M/fp9YvU=";
}
