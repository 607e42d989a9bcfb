namespace LlmStack.Providers.Gemini;

/// <summary>The address of Vertex AI, which follows from the project and the place.</summary>
internal static class VertexAddress
{
    /// <summary>Null when the project or the place is missing.</summary>
    public static string? Of(ProviderOptions options)
    {
        if (options is not { Project: { Length: > 0 } project, Location: { Length: > 0 } location })
        {
            return null;
        }

        string place = location.Trim().ToLowerInvariant();
        string host = place switch
        {
            "global" => "aiplatform.googleapis.com",
            "us" or "eu" => $"aiplatform.{place}.rep.googleapis.com",
            _ => $"{place}-aiplatform.googleapis.com",
        };
        return $"https://{host}/v1/projects/{Uri.EscapeDataString(project.Trim())}/locations/{place}";
    }
}
