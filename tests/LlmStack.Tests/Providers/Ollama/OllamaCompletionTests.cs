using System.Text;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Ollama.OllamaWire;

namespace LlmStack.Tests.Providers.Ollama;

/// <summary>Text completions: bodies, answers, streams and what goes wrong.</summary>
public sealed class OllamaCompletionTests
{
    private const string Last = """{"model":"qwen3","response":"","done":true,"done_reason":"length","load_duration":2000000000,"prompt_eval_count":10,"eval_count":5}""";

    private static ITextCompletionProvider Face(BytesHandler handler) =>
        Assert.IsAssignableFrom<ITextCompletionProvider>(Format.Provider(new HttpMessageInvoker(handler)).GetService(typeof(ITextCompletionProvider)));

    private static BytesHandler Says(string answer) => new(Encoding.UTF8.GetBytes(answer));

    private static async Task<string> BodyAsync(TextCompletionOptions? options)
    {
        BytesHandler handler = Says(Last);
        await Face(handler).CompleteAsync(Format.Call(), "def f(", options, CancellationToken.None);
        return handler.LastBody!;
    }

    private static async Task<List<TextCompletionUpdate>> StreamAsync(string answer, List<TextCompletionUpdate> updates, ProviderCall? call = null)
    {
        await foreach (TextCompletionUpdate update in Face(Says(answer)).CompleteStreamingAsync(call ?? Format.Call(), "Hi", null, CancellationToken.None))
        {
            updates.Add(update);
        }

        return updates;
    }

    [Fact]
    public async Task A_prompt_goes_as_it_is() =>
        Assert.Equal("""{"model":"qwen3","prompt":"def f(","stream":false,"raw":true,"options":{}}""", await BodyAsync(null));

    [Fact]
    public async Task A_suffix_needs_the_template_and_options_have_their_place() =>
        Assert.Equal(
            """{"model":"qwen3","prompt":"def f(","stream":false,"suffix":"return","options":{"temperature":0.5,"top_p":0.25,"seed":7,"num_predict":9,"stop":["x"],"top_k":3},"keep_alive":"1m"}""",
            await BodyAsync(new() { Suffix = "return", Temperature = 0.5f, TopP = 0.25f, Seed = 7, MaxOutputTokens = 9, StopSequences = ["x"], Echo = false, AdditionalProperties = new() { ["top_k"] = 3, ["keep_alive"] = "1m" } }));

    [Fact]
    public async Task A_system_text_needs_the_template() =>
        Assert.Equal("""{"model":"qwen3","prompt":"def f(","stream":false,"options":{},"system":"s"}""", await BodyAsync(new() { AdditionalProperties = new() { ["system"] = "s" } }));

    [Theory]
    [InlineData("return", null)]
    [InlineData(null, "You continue code.")]
    public async Task Bodies_fit_the_servers_own_type(string? suffix, string? system)
    {
        var options = new TextCompletionOptions
        {
            Suffix = suffix,
            Temperature = 0.5f,
            TopP = 0.25f,
            FrequencyPenalty = 1,
            PresencePenalty = 1,
            Seed = 7,
            MaxOutputTokens = 9,
            StopSequences = ["x"],
            AdditionalProperties = new() { ["top_k"] = 3, ["min_p"] = 0.1, ["keep_alive"] = "1m", ["format"] = "json", ["truncate"] = false, ["system"] = system },
        };

        VendorTypes.Load("ollama").AssertFits("GenerateRequest", RichChats.Json(await BodyAsync(options)));
    }

    [Theory]
    [InlineData("model")]
    [InlineData("prompt")]
    [InlineData("stream")]
    [InlineData("seed")]
    public async Task A_field_that_the_call_itself_sets_is_refused_by_its_name(string field)
    {
        LlmException e = await Assert.ThrowsAsync<LlmException>(() => BodyAsync(new() { Seed = 7, AdditionalProperties = new() { [field] = "x" } }));
        Assert.Equal(LlmErrorKind.InvalidRequest, e.Kind);
        Assert.Contains(field, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_echo_is_refused()
    {
        LlmException e = await Assert.ThrowsAsync<LlmException>(() => BodyAsync(new() { Echo = true }));
        Assert.Equal(LlmErrorKind.InvalidRequest, e.Kind);
        Assert.Contains("echo", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_is_read_and_captured()
    {
        var capture = new CaptureStub();
        TextCompletion answer = await Face(Says(Last.Replace("\"response\":\"\"", "\"response\":\" world\"", StringComparison.Ordinal))).CompleteAsync(Format.Call(capture), "Hello", null, CancellationToken.None);
        Assert.Equal((" world", "qwen3", ChatFinishReason.Length, 15L), (answer.Text, answer.ModelId, answer.FinishReason, answer.Usage?.TotalTokenCount));
        Assert.Equal(TimeSpan.FromSeconds(2), answer.AdditionalProperties!["ollama.load_duration"]);
        Assert.Equal(("\"Hello\"", "\" world\""), (capture.Input, capture.Output));
    }

    [Fact]
    public async Task An_answer_streams()
    {
        var capture = new CaptureStub();
        List<TextCompletionUpdate> updates = await StreamAsync(Lines(Generated("Hel"), Generated("lo"), Last), [], Format.Call(capture));
        Assert.Equal("Hello", string.Concat(updates.Select(static u => u.Text)));
        Assert.Equal(("qwen3", ChatFinishReason.Length, 15L), (updates[0].ModelId, updates[^1].FinishReason, updates[^1].Usage?.TotalTokenCount));
        Assert.Equal("\"Hello\"", capture.Output);
    }

    [Theory]
    [InlineData("", LlmErrorKind.Network)]
    [InlineData("""{"error":"model runner has unexpectedly stopped"}""", LlmErrorKind.ServerError)]
    public async Task A_stream_without_its_end_fails(string last, LlmErrorKind kind)
    {
        var updates = new List<TextCompletionUpdate>();
        LlmException e = await Assert.ThrowsAsync<LlmException>(() => StreamAsync(Lines(Generated("Hel"), last), updates));
        Assert.Equal((kind, "Hel"), (e.Kind, string.Concat(updates.Select(static u => u.Text))));
    }

    [Fact]
    public async Task A_chats_answer_is_none()
    {
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Face(Says(Answer)).CompleteAsync(Format.Call(), "p", null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.InvalidResponse, e.Kind);
    }
}
