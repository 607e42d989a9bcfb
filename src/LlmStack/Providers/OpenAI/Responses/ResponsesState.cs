using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Reasoning with its encrypted state. The whole item goes back as it came, and only to this format.</summary>
/// <remarks>The item lies in <see cref="TextReasoningContent.ProtectedData"/>, which survives coalescing and serialisation of the messages.</remarks>
internal static class ResponsesState
{
    /// <summary>The mark of everything that only this format understands.</summary>
    public const string Origin = "openai.responses";

    private const string Prefix = Origin + ":";

    /// <summary>Items of tools that the provider runs, and of kinds that are new.</summary>
    public static readonly VendorBlock Items = new("openai.item", Origin);

    public static TextReasoningContent ToContent(string text, JsonElement item, string deployment)
    {
        var content = new TextReasoningContent(text) { RawRepresentation = item };
        OpaqueState.Tag(content, Origin);
        if (item.TryGetProperty("encrypted_content", out JsonElement state) && state.ValueKind == JsonValueKind.String)
        {
            content.ProtectedData = SealedState.Seal(Prefix + item.GetRawText(), deployment);
        }

        return content;
    }

    /// <summary>The item to send back to a deployment. Null when the thought has none that it can decrypt, and that is listed.</summary>
    public static string? ItemOf(TextReasoningContent reasoning, ProviderCall call)
    {
        if (reasoning.ProtectedData is not { } data)
        {
            return null;
        }

        string state = SealedState.Open(data);
        if (!state.StartsWith(Prefix, StringComparison.Ordinal))
        {
            call.Report.AddChange("reasoning state: dropped, it belongs to another vendor");
            return null;
        }

        if (call.DeploymentId.Length > 0 && SealedState.MakerOf(reasoning) is { } maker && maker != call.DeploymentId)
        {
            call.Report.AddChange($"reasoning state: dropped, only '{maker}' can decrypt it");
            return null;
        }

        return state[Prefix.Length..];
    }
}
