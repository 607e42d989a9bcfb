using System.Net;
using System.Text;
using System.Text.Json;
using QuickStart;

namespace LlmStack.IntegrationTests.QuickStart;

public sealed class DemoProviderServerTests : IAsyncLifetime
{
    private const string Prompt = """Answer from these notes only.\n- The battery lasts fourteen months.\n- The probe measures moisture.\nHow long does the battery last?""";
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private DemoProviderServer _server = null!;

    public async Task InitializeAsync() => _server = await DemoProviderServer.StartAsync(failFirst: 1, tokenDelay: TimeSpan.Zero);

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_first_chat_is_refused_and_the_next_quotes_the_note_that_fits()
    {
        using HttpResponseMessage refused = await PostAsync("chat/completions", $$"""{"model":"demo","messages":[{"role":"user","content":"{{Prompt}}"}]}""");
        using HttpResponseMessage answered = await PostAsync("chat/completions", $$"""{"model":"demo","messages":[{"role":"user","content":"{{Prompt}}"}]}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        using JsonDocument answer = JsonDocument.Parse(await answered.Content.ReadAsStringAsync());
        Assert.Equal("The notes say: The battery lasts fourteen months.", answer.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.True(answer.RootElement.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 10);
    }

    [Fact]
    public async Task A_stream_ends_with_usage_and_the_terminal_event()
    {
        using HttpResponseMessage refused = await PostAsync("chat/completions", """{"model":"demo","messages":[{"role":"user","content":"x"}]}""");
        using HttpResponseMessage streamed = await PostAsync("chat/completions", $$"""{"model":"demo","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"{{Prompt}}"}]}""");

        string[] events = (await streamed.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("text/event-stream", streamed.Content.Headers.ContentType?.MediaType);
        Assert.Equal("data: [DONE]", events[^1]);
        Assert.Contains("\"choices\":[],\"usage\"", events[^2], StringComparison.Ordinal);
        Assert.Contains("\"finish_reason\":\"stop\"", events[^3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Similar_texts_have_similar_vectors()
    {
        using HttpResponseMessage response = await PostAsync("embeddings", """{"model":"demo","input":["battery of the sensor","the sensor battery","soil moisture"]}""");

        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        float[][] vectors = [.. answer.RootElement.GetProperty("data").EnumerateArray().Select(d => d.GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle()).ToArray())];
        Assert.True(Dot(vectors[0], vectors[1]) > 0.9f);
        Assert.True(Dot(vectors[0], vectors[2]) < 0.5f);
    }

    [Theory]
    [InlineData("models", "{}", HttpStatusCode.NotFound)]
    [InlineData("embeddings", "{", HttpStatusCode.BadRequest)]
    public async Task What_it_does_not_understand_is_refused(string path, string body, HttpStatusCode expected)
    {
        using HttpResponseMessage response = await PostAsync(path, body);

        Assert.Equal(expected, response.StatusCode);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await _http.PostAsync(new Uri($"{_server.Address}/{path}"), content);
    }

    private static float Dot(float[] a, float[] b) => a.Zip(b, static (x, y) => x * y).Sum();
}
