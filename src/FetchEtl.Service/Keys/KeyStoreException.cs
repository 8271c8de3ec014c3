namespace FetchEtl.Service;

/// <summary>A client of AWS for keys cannot be created. The message is the remedy.</summary>
internal sealed class KeyStoreException(string message) : Exception(message);
