using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Writes the body of a call. What the model reads comes first, so that the trace's input is a slice of the very bytes sent.</summary>
internal static class AnthropicRequestWriter
{
    public static AnthropicRequest Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, AnthropicProvider provider, bool stream)
    {
        AnthropicProfile profile = provider.Profile;
        ModelTraits traits = AnthropicProfile.TraitsOf(call.Model);
        int maxTokens = AnthropicMaxTokens.Of(call, options, traits, stream);
        var thinking = AnthropicThinkingPlan.Of(call, options?.Reasoning, traits, maxTokens, messages);
        StructuredPlan plan = StructuredOutput.Plan(options, FeaturesOf(options, traits, thinking), call.Report);
        ChatOptions? planned = StructuredOutput.Apply(options, plan);
        messages = HistoryRepair.Repair(messages, traits.Prefill && !thinking.Thinks ? HistoryRules.Anthropic : HistoryRules.AnthropicWithoutPrefill, call);
        CacheBreakpoints.Apply(call, ref messages, ref planned);
        var choice = AnthropicToolChoice.Of(call, planned, traits, thinking);

        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            var marks = new CacheMarks(call);
            var contents = new AnthropicContentWriter(call, marks);
            writer.WriteStartObject();
            if (planned?.Tools is { Count: > 0 } tools)
            {
                new AnthropicToolWriter(writer, call, marks).Write(tools);
            }

            new AnthropicSystemWriter(writer, marks).Write(messages, planned?.Instructions, choice.Instruction);
            writer.WritePropertyName("messages"u8);
            new AnthropicMessageWriter(writer, contents).Write(messages);
            int inputEnd = (int)(writer.BytesCommitted + writer.BytesPending);
            WriteTarget(writer, call, profile, maxTokens, stream);
            new AnthropicOptionsWriter(writer, call, profile, traits, thinking).Write(planned, choice);
            writer.WriteEndObject();
            writer.Flush();
            AnthropicCapture.Input(call.Capture, body, inputEnd, contents.HasMedia, messages, options);
            RawRequest.Apply(call, options, provider, ref body);
            return new AnthropicRequest(body, plan);
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

    /// <summary>The format has a field for a schema and none for JSON of any kind; a tool cannot be demanded of a model that was told to think.</summary>
    private static StructuredFeatures FeaturesOf(ChatOptions? options, ModelTraits traits, in AnthropicThinkingPlan thinking)
    {
        StructuredFeatures features = StructuredFeatures.Of(traits);
        bool anyJson = options?.ResponseFormat is ChatResponseFormatJson { Schema: null };
        return features with { Level = anyJson ? StructuredLevel.None : features.Level, ForcedTool = features.ForcedTool && !thinking.Thinks };
    }

    private static void WriteTarget(Utf8JsonWriter writer, ProviderCall call, AnthropicProfile profile, int maxTokens, bool stream)
    {
        if (profile.SendsModel)
        {
            writer.WriteString("model"u8, call.Model);
        }

        if (profile.BodyVersion is { } version)
        {
            writer.WriteString("anthropic_version"u8, version);
        }

        writer.WriteNumber("max_tokens"u8, maxTokens);
        if (stream)
        {
            writer.WriteBoolean("stream"u8, true);
        }
    }
}
