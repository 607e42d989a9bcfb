namespace LlmStack.Configuration;

/// <summary>Capabilities of models by name.</summary>
internal static class CapabilityNames
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetNames<ModelCapabilities>().Where(static name => name != nameof(ModelCapabilities.None))];

    /// <summary>Null for an empty list: nothing is said.</summary>
    public static ModelCapabilities? Parse(IReadOnlyList<string> names)
    {
        ModelCapabilities all = ModelCapabilities.None;
        foreach (string name in names)
        {
            all |= Enum.Parse<ModelCapabilities>(name, ignoreCase: true);
        }

        return names.Count == 0 ? null : all;
    }
}
