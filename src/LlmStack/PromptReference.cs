namespace LlmStack;

/// <summary>A version of a prompt that Langfuse manages. A generation that names one is linked to it there.</summary>
/// <param name="Name">The prompt's name; not empty.</param>
/// <param name="Version">Its version, 0 to 65,535.</param>
public sealed record PromptReference(string Name, int Version)
{
    /// <summary>The prompt's name; not empty.</summary>
    public string Name { get; init => field = CheckName(value); } = CheckName(Name);

    /// <summary>Its version, 0 to 65,535.</summary>
    public int Version { get; init => field = CheckVersion(value); } = CheckVersion(Version);

    private static string CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return name;
    }

    private static int CheckVersion(int version) => version is >= 0 and <= ushort.MaxValue
        ? version
        : throw new ArgumentOutOfRangeException(nameof(version), version, "The version of a prompt is 0 to 65,535.");
}
