namespace LlmStack.Routing;

/// <summary>
/// What a request needs of a model against what is known of it. Of an unknown model chat, tools and images are assumed, audio, video and
/// documents are not.
/// </summary>
internal static class CapabilityCheck
{
    private const RequestFeatures NotAssumed = RequestFeatures.Audio | RequestFeatures.Pdf | RequestFeatures.Video;

    /// <summary>In the order in which a lack is named.</summary>
    private static readonly (RequestFeatures Feature, ModelCapabilities Capability, string Verb)[] Table =
    [
        (RequestFeatures.Tools, ModelCapabilities.Tools, "call tools"),
        (RequestFeatures.Vision, ModelCapabilities.Vision, "read images"),
        (RequestFeatures.Audio, ModelCapabilities.AudioInput, "read audio"),
        (RequestFeatures.Video, ModelCapabilities.Video, "read video"),
        (RequestFeatures.Pdf, ModelCapabilities.Pdf, "read PDF documents"),
    ];

    /// <summary>What nothing can stand in for.</summary>
    public static string? Needs(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request)
    {
        foreach ((RequestFeatures feature, ModelCapabilities capability, string verb) in Table)
        {
            if ((request.Features & feature) == 0)
            {
                continue;
            }
            if (deployment.Capabilities is { } known && (known & capability) == 0)
            {
                return $"the model does not {verb}";
            }
            if (deployment.Capabilities is null && (feature & NotAssumed) != 0)
            {
                return $"the model is not known to {verb}";
            }
        }
        return null;
    }

    /// <summary>What would be emulated or dropped; binding only where the call says so.</summary>
    public static string? Parameters(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request) =>
        request.Routing is not { RequireParameters: true } || deployment.Capabilities is not { } known ? null
        : LacksSchema(known, request.Features) ? "the model does not follow a JSON schema natively"
        : (request.Features & RequestFeatures.Reasoning) != 0 && (known & ModelCapabilities.Reasoning) == 0 ? "the model does not reason"
        : (request.Features & RequestFeatures.Sampling) != 0 && (known & ModelCapabilities.NoSampling) != 0 ? "the model does not take temperature, top_p and top_k"
        : null;

    /// <summary>Whether others should be asked first, because this one would only imitate what is asked for.</summary>
    public static bool Emulates(Deployment deployment, RequestFeatures features) => deployment.Capabilities is { } known && LacksSchema(known, features);

    private static bool LacksSchema(ModelCapabilities known, RequestFeatures features) =>
        (features & RequestFeatures.JsonSchema) != 0 && (known & ModelCapabilities.JsonSchema) == 0;
}
