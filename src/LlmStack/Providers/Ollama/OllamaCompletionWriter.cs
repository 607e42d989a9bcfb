using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Writes the body of a text completion: sampling in a block of its own, as in a chat.</summary>
internal static class OllamaCompletionWriter
{
    /// <summary>The further fields that belong beside the block.</summary>
    private static readonly string[] TopLevel =
        ["keep_alive", "think", "truncate", "shift", "logprobs", "top_logprobs", "template", "raw", "system", "context", "format", "images"];

    /// <summary>The fields that need the model's template, which a raw prompt goes without; the server refuses both together.</summary>
    private static readonly string[] Templated = ["raw", "template", "system", "context"];

    public static PooledBuffer Write(ProviderCall call, string prompt, TextCompletionOptions? options, bool stream) =>
        JsonBody.Write((call, prompt, options, stream), static (writer, s) => WriteFields(writer, s.call, s.prompt, s.options, s.stream));

    private static void WriteFields(Utf8JsonWriter writer, ProviderCall call, string prompt, TextCompletionOptions? options, bool stream)
    {
        writer.WriteString("model"u8, call.Model);
        writer.WriteString("prompt"u8, prompt);

        // Left out, it means true here.
        writer.WriteBoolean("stream"u8, stream);
        if (options?.Suffix is { } suffix)
        {
            // Only the model's template knows where the text behind the gap goes.
            writer.WriteString("suffix"u8, suffix);
        }
        else if (!HasTemplated(options?.AdditionalProperties))
        {
            // Without it the prompt would be a user's message, which is answered and not continued.
            writer.WriteBoolean("raw"u8, true);
        }

        if (options?.Echo == true)
        {
            FieldPolicy.Unsupported(call, "echo", FieldEffect.Meaning, "the format has no such field; allowed are false and null");
        }

        OllamaSampling.Of(options).Write(writer, call, TopLevel);
    }

    private static bool HasTemplated(AdditionalPropertiesDictionary? properties)
    {
        for (int i = 0; properties is not null && i < Templated.Length; i++)
        {
            if (ExtraFields.Has(properties, Templated[i]))
            {
                return true;
            }
        }

        return false;
    }
}
