using System.Text.Json.Serialization.Metadata;

namespace LlmStack.Routing;

/// <summary>How the library's own result types are serialised, also in trimmed and ahead-of-time compiled applications.</summary>
public static class LlmStackJson
{
    /// <summary>Put this into <c>JsonSerializerOptions.TypeInfoResolverChain</c> to serialise routes and explanations.</summary>
    public static IJsonTypeInfoResolver TypeInfoResolver => LlmStackJsonContext.Default;
}
