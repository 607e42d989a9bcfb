using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Why generation ended, and what the server tells beside the answer.</summary>
internal static class OllamaFinish
{
    /// <summary>The time it took to load the model, on the response.</summary>
    public const string LoadTimeKey = "ollama.load_duration";

    public const string LogProbabilitiesKey = "logprobs";

    /// <summary>The server says <c>stop</c> although it asks for tools.</summary>
    public static ChatFinishReason? Map(string? raw, bool hasCalls) => raw switch
    {
        "stop" or null or "" => hasCalls ? ChatFinishReason.ToolCalls : raw is "stop" ? ChatFinishReason.Stop : null,
        "length" => ChatFinishReason.Length,
        _ => new ChatFinishReason(raw),
    };

    /// <summary>A server that only loaded or unloaded the model did not answer; asking again helps.</summary>
    public static void ThrowIfNoAnswer(OllamaDocument document, ProviderHttp http, ProviderCall call)
    {
        if (document.DoneReason is "load" or "unload")
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, $"did not answer: done_reason '{document.DoneReason}'.");
        }
    }

    public static AdditionalPropertiesDictionary? Facts(OllamaDocument document)
    {
        AdditionalPropertiesDictionary? facts = null;
        if (document.LoadDuration is { } nanoseconds)
        {
            (facts ??= [])[LoadTimeKey] = TimeSpan.FromTicks(nanoseconds / 100);
        }

        if (document.LogProbabilities is { ValueKind: not System.Text.Json.JsonValueKind.Undefined } probabilities)
        {
            (facts ??= [])[LogProbabilitiesKey] = probabilities;
        }

        return facts;
    }
}
