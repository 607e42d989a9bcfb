using System.Text.Json;
using System.Text.Json.Nodes;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Fidelity;

public sealed class RawRequestTests
{
    private const string Answer = """{"id":"c1","model":"m","vendor_field":7,"choices":[{"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}""";

    [Fact]
    public async Task Fields_are_merged_at_any_depth_replace_values_and_remove_with_null()
    {
        ChatOptions options = new ChatOptions { Temperature = 0.5f, Seed = 1 }.WithRawFields(JsonNode.Parse("""{"temperature":0.9,"seed":null,"nested":{"a":{"b":1}},"stream_options":{"x":true}}""")!.AsObject());
        options.RawRepresentationFactory = static _ => JsonNode.Parse("""{"nested":{"a":{"c":2}}}""");
        JsonElement body = JsonDocument.Parse((await SendAsync(options)).LastBody).RootElement;
        Assert.Equal(0.9, body.GetProperty("temperature").GetDouble());
        Assert.False(body.TryGetProperty("seed", out _));
        Assert.Equal("""{"c":2,"b":1}""", body.GetProperty("nested").GetProperty("a").GetRawText());
    }

    [Fact]
    public async Task Headers_go_with_this_request_alone_and_replace_others()
    {
        await using var server = new RawHttpServer(_ => RawReply.Body(200, Answer));
        OpenAIProvider provider = Wire.Provider(server, options: new ProviderOptions { Headers = { ["X-Team"] = "default" } });
        await provider.ChatAsync(Wire.Call(), Wire.Hello, new ChatOptions().WithHeaders(new Dictionary<string, string> { ["X-Team"] = "mine", ["X-More"] = "1" }), CancellationToken.None);
        await provider.ChatAsync(Wire.Call(), Wire.Hello, null, CancellationToken.None);
        Assert.Contains("X-Team: mine", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains("X-More: 1", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains("X-Team: default", server.Requests[1], StringComparison.Ordinal);
        Assert.DoesNotContain("X-More", server.Requests[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X Y", "1")]
    [InlineData("X-Y", "a\r\nb")]
    [InlineData("", "1")]
    public void A_header_that_cannot_be_sent_is_refused_without_its_value(string name, string value)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new ChatOptions().WithHeaders(new Dictionary<string, string> { [name] = value }));
        Assert.DoesNotContain("a\r\nb", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_providers_own_json_is_kept_where_it_is_asked_for()
    {
        await using var server = new RawHttpServer(_ => RawReply.Body(200, Answer));
        OpenAIProvider provider = Wire.Provider(server);
        ChatResponse raw = await provider.ChatAsync(Wire.Call(), Wire.Hello, new ChatOptions().WithRawResponse(), CancellationToken.None);
        Assert.Equal(7, Assert.IsType<JsonElement>(raw.RawRepresentation).GetProperty("vendor_field").GetInt32());
        Assert.Null((await provider.ChatAsync(Wire.Call(), Wire.Hello, null, CancellationToken.None)).RawRepresentation);
    }

    [Fact]
    public async Task Updates_of_a_stream_have_the_event_they_were_made_of()
    {
        await using var server = new RawHttpServer(RawReply.Stream(Wire.Events(Wire.Chunk("a"), Wire.Chunk("b"), Wire.Stop, "[DONE]")));
        List<ChatResponseUpdate> updates = await Wire.CollectAsync(Wire.Provider(server).ChatStreamingAsync(Wire.Call(), Wire.Hello, new ChatOptions().WithRawResponse(), CancellationToken.None));
        Assert.Equal(
            ["a", "b"],
            updates.Where(static update => update.Text.Length > 0).Select(static update => ((JsonElement)update.RawRepresentation!).GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString()));
    }

    [Fact]
    public async Task The_object_of_another_library_is_refused_and_under_drop_left_out()
    {
        var options = new ChatOptions { RawRepresentationFactory = static _ => new Uri("http://x") };
        LlmException error = await Assert.ThrowsAsync<LlmException>(() => SendAsync(options));
        Assert.Contains("RawRepresentationFactory: 'Uri' cannot be sent", error.Message, StringComparison.Ordinal);
        ProviderCall call = Wire.Call();
        call.FieldPolicy = UnsupportedFields.Drop;
        Assert.DoesNotContain("http://x", (await SendAsync(options, call)).LastBody, StringComparison.Ordinal);
        Assert.Contains(call.Report.Changes!, static change => change.StartsWith("RawRepresentationFactory: dropped", StringComparison.Ordinal));
    }

    private static async Task<RawHttpServer> SendAsync(ChatOptions options, ProviderCall? call = null)
    {
        await using var server = new RawHttpServer(_ => RawReply.Body(200, Answer));
        await Wire.Provider(server).ChatAsync(call ?? Wire.Call(), Wire.Hello, options, CancellationToken.None);
        return server;
    }
}
