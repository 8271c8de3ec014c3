using Xunit;

namespace FetchEtl.Testing;

/// <summary>A test of published vectors. Where their file is missing, it is skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class VectorFactAttribute : FactAttribute
{
    /// <summary>Skips the test where the file is missing.</summary>
    /// <param name="name">The file's name.</param>
    public VectorFactAttribute(string name)
    {
        Name = name;
        if (!File.Exists(VectorFile.Location(name)))
        {
            Skip = $"The file of published vectors is missing: {VectorFile.Location(name)}.";
        }
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }
}
