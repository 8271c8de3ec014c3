namespace FetchEtl.Testing;

/// <summary>Masking keys for tests: bytes 0 to 31, then 32 to 63, then 64 to 95.</summary>
public static class TestKeys
{
    public const string First = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    public const string Second = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    public const string Third = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";
}
