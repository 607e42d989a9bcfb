using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The bodies of a moderation call.</summary>
internal static class ModerationWire
{
    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<string> texts, ModerationOptions? options)
    {
        TextListCapture.Input(call.Capture, texts);
        return Write(call, texts, options, TextListCapture.Write);
    }

    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<AIContent> contents, ModerationOptions? options)
    {
        JsonCapture.Input(call.Capture, contents, WriteContents);
        return Write(call, contents, options, WriteContents);
    }

    public static ModerationResponse Read(PooledBuffer body, int expected, ProviderHttp http, ProviderCall call)
    {
        var document = new ModerationDocument();
        BodyCheck.Read(body, document, http, call);
        if (document.HasError || document.Results is null)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "results", http, call);
        }

        if (document.Results.Count != expected)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, $"sent {document.Results.Count} moderation results for {expected} inputs.");
        }

        if (call.Capture.IsEnabled)
        {
            call.Capture.SetOutput(body.WrittenSpan[document.Place]);
        }

        return new ModerationResponse(document.Results) { ResponseId = document.Id, ModelId = document.Model, Usage = document.Usage };
    }

    private static PooledBuffer Write<TInput>(ProviderCall call, TInput input, ModerationOptions? options, Action<Utf8JsonWriter, TInput> writeInput) =>
        JsonBody.Write((call.Model, Input: input, options?.AdditionalProperties, WriteInput: writeInput), static (writer, state) =>
        {
            writer.WritePropertyName("input"u8);
            state.WriteInput(writer, state.Input);
            writer.WriteString("model"u8, state.Model);
            ExtraFields.Write(writer, state.AdditionalProperties, 0, static (_, key) => key is "input" or "model", static (_, _) => false);
        });

    private static void WriteContents(Utf8JsonWriter writer, IReadOnlyList<AIContent> contents)
    {
        writer.WriteStartArray();
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is TextContent text)
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("text"u8, text.Text);
                writer.WriteEndObject();
            }
            else
            {
                MediaWriter.Write(writer, contents[i]);
            }
        }

        writer.WriteEndArray();
    }
}
