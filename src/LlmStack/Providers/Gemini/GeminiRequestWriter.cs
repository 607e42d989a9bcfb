using System.Text.Json;
using LlmStack.Providers.ChatClient;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Writes the body of a call.</summary>
internal static class GeminiRequestWriter
{
    public static GeminiRequest Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, GeminiProvider provider)
    {
        GeminiProfile profile = provider.Profile;
        ModelTraits traits = ModelTraits.Of("google", call.Model);
        StructuredPlan plan = StructuredOutput.Plan(options, StructuredFeatures.Of(traits), call.Report);
        ChatOptions? planned = StructuredOutput.Apply(options, plan);
        messages = HistoryRepair.Repair(messages, HistoryRules.Gemini, call);
        string? system = GeminiSystem.TextOf(messages, planned?.Instructions);

        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            writer.WriteStartObject();
            if (system is not null && traits.SystemMessages)
            {
                GeminiSystem.Write(writer, system);
            }

            writer.WritePropertyName("contents"u8);
            var parts = new GeminiPartWriter(call, messages, traits.ThoughtSignatures, profile.SendsCallIds);
            new GeminiMessageWriter(writer, parts, traits.SystemMessages ? null : system).Write(messages);
            if (planned?.Tools is { Count: > 0 } tools)
            {
                new GeminiToolWriter(writer, call, traits).Write(tools, planned);
            }

            new GeminiOptionsWriter(writer, call, traits).Write(planned);
            writer.WriteEndObject();
            writer.Flush();
            ClientCapture.Input(call.Capture, messages, options);
            RawRequest.Apply(call, options, provider, ref body);
            return new GeminiRequest(body, plan);
        }
        catch
        {
            body.Dispose();
            throw;
        }
        finally
        {
            JsonWriterCache.Return(writer);
        }
    }
}
