using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using OllamaSharp.Models.Chat;
using static LlmStack.Tests.Providers.Ollama.OllamaWire;
using ChatRole = Microsoft.Extensions.AI.ChatRole;
using EmbedRequest = OllamaSharp.Models.EmbedRequest;

namespace LlmStack.Tests.Providers.Ollama;

/// <summary>What is sent against the server's own types and those of OllamaSharp, its client for .NET, and what the latter read of an answer.</summary>
public sealed class OllamaSdkTests
{
    private static readonly VendorTypes Server = VendorTypes.Load("ollama");

    /// <summary>What the server has and its client does not.</summary>
    private static readonly string[] Newer = ["tool_call_id", "logprobs", "top_logprobs"];

    /// <summary>A member that the types lack fails; the SDK's own of its HTTP calls are no part of a body.</summary>
    private static readonly JsonSerializerOptions Strict = new() { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private static readonly HashSet<string> Refused = ["image by address", "PDF", "PDF by address", "audio", "any tool", "a certain tool"];

    public static TheoryData<string, bool> Names() => RichChats.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_conversation_fits(string name, bool stream)
    {
        JsonElement? body = await RichChats.BodyAsync(Format, name, stream);

        Assert.Equal(Refused.Contains(name), body is null);
        if (body is { } sent)
        {
            Server.AssertFits("ChatRequest", sent);
            AssertKept<ChatRequest>(sent);
        }
    }

    [Fact]
    public async Task Fields_of_the_server_and_embeddings_fit()
    {
        var more = new AdditionalPropertiesDictionary { ["num_ctx"] = 8192, ["min_p"] = 0.1, ["repeat_penalty"] = 1.1, ["keep_alive"] = "5m", ["logprobs"] = true, ["top_logprobs"] = 2 };
        JsonElement sent = (await RichChats.BodyAsync(Format, "sampling", stream: true, more: more))!.Value;
        Server.AssertFits("ChatRequest", sent);
        AssertKept<ChatRequest>(sent);

        var handler = new BytesHandler("{}"u8.ToArray());
        await Assert.ThrowsAsync<LlmException>(async () => await ((IEmbeddingProvider)Format.Provider(new HttpMessageInvoker(handler)).GetService(typeof(IEmbeddingProvider))!).EmbedAsync(
            Format.Call(), ["a", "b"], new EmbeddingGenerationOptions { Dimensions = 256, AdditionalProperties = new() { ["truncate"] = false, ["keep_alive"] = "5m" } }, CancellationToken.None));
        Server.AssertFits("EmbedRequest", RichChats.Json(handler.LastBody!));
        AssertKept<EmbedRequest>(RichChats.Json(handler.LastBody!));
    }

    [Fact]
    public async Task An_answer_is_read_as_the_types_read_it()
    {
        ChatDoneResponseStream expected = JsonSerializer.Deserialize<ChatDoneResponseStream>(Answer)!;
        ProviderCall call = Format.Call();
        ChatResponse answer = await Format.ChatAsync(Answer, call: call);

        Assert.Equal((expected.Message.Content, expected.Message.Thinking), (answer.Text, answer.Messages[0].Contents.OfType<TextReasoningContent>().Single().Text));
        Assert.Equal((expected.Model, expected.DoneReason), (answer.ModelId, call.Report.RawFinishReason));
        Assert.Equal((expected.PromptEvalCount, expected.EvalCount), ((int)answer.Usage!.InputTokenCount!, (int)answer.Usage.OutputTokenCount!));
        Assert.Equal(expected.CreatedAt, answer.CreatedAt);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[],"max_tokens":1}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","images":"AQ=="}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}]}""")]
    [InlineData("""{"model":"m","messages":[],"options":{"max_tokens":1}}""")]
    [InlineData("""{"model":"m","messages":[],"options":{"stop":"a"}}""")]
    public void The_checks_see_what_does_not_fit(string body)
    {
        Assert.NotEmpty(Server.Problems("ChatRequest", RichChats.Json(body)));
        Assert.ThrowsAny<Exception>(() => AssertKept<ChatRequest>(RichChats.Json(body)));
    }

    /// <summary>Every member is read, and written again as it was.</summary>
    private static void AssertKept<T>(JsonElement sent)
    {
        sent = Without(sent);
        T read = sent.Deserialize<T>(Strict)!;
        AssertContains(sent, JsonSerializer.SerializeToElement(read), "$");
    }

    private static JsonElement Without(JsonElement sent)
    {
        JsonObject body = JsonObject.Create(sent)!;
        foreach (JsonObject place in (body["messages"]?.AsArray().Select(static message => message!.AsObject()) ?? []).Append(body))
        {
            foreach (string name in Newer)
            {
                place.Remove(name);
            }
        }

        return JsonSerializer.SerializeToElement(body);
    }

    /// <summary>What was sent is in what the SDK writes; that may have more, for instance nulls.</summary>
    private static void AssertContains(JsonElement sent, JsonElement written, string path)
    {
        Assert.Equal((path, sent.ValueKind), (path, written.ValueKind));
        switch (sent.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in sent.EnumerateObject())
                {
                    Assert.True(written.TryGetProperty(member.Name, out JsonElement value), $"{path}.{member.Name} is lost");
                    AssertContains(member.Value, value, $"{path}.{member.Name}");
                }

                break;
            case JsonValueKind.Array:
                Assert.Equal((path, sent.GetArrayLength()), (path, written.GetArrayLength()));
                for (int i = 0; i < sent.GetArrayLength(); i++)
                {
                    AssertContains(sent[i], written[i], $"{path}[{i}]");
                }

                break;
            default:
                Assert.True(JsonElement.DeepEquals(sent, written), $"{path}: {sent} became {written}");
                break;
        }
    }
}
