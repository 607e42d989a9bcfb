namespace LlmStack.Providers.Bedrock;

/// <summary>The region of an address, and the address of a region.</summary>
internal static class BedrockRegion
{
    private const string Host = "bedrock-runtime";

    /// <summary>Null without a region.</summary>
    public static string? AddressOf(string? region) => string.IsNullOrWhiteSpace(region) ? null : $"https://{Host}.{region.Trim()}.amazonaws.com";

    /// <summary>What the user said, else the label behind the service's name, which addresses inside a private network have as well.</summary>
    public static string Of(ProviderSetup setup)
    {
        if (!string.IsNullOrWhiteSpace(setup.Options.Location))
        {
            return setup.Options.Location.Trim();
        }

        string[] labels = setup.Endpoint.Host.Split('.');
        for (int i = 0; i + 1 < labels.Length; i++)
        {
            if (labels[i].StartsWith(Host, StringComparison.OrdinalIgnoreCase))
            {
                return labels[i + 1];
            }
        }

        return "us-east-1";
    }
}
