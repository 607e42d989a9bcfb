using System.Text;
using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Providers.Anthropic;
using LlmStack.Providers.Bedrock;
using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Providers.Anthropic;
using LlmStack.Tests.Providers.Bedrock;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Providers.Fidelity;

/// <summary>A streamed answer whose form is asked for in words is checked when it is complete.</summary>
public sealed class StreamedFormTests
{
    private static readonly ChatOptions Json = new() { ResponseFormat = ChatResponseFormat.Json };

    [Theory]
    [InlineData("{\\\"a\\\":|1}", "stop", null)]
    [InlineData("```json\\n{\\\"a\\\":|1}\\n```", "stop", null)]
    [InlineData("Sure! |{\\\"a\\\":1}", "stop", LlmErrorKind.InvalidResponse)]
    [InlineData("{\\\"a\\\":|", "stop", LlmErrorKind.InvalidResponse)]
    [InlineData("{\\\"a\\\":|", "length", null)]
    public Task A_stream_in_OpenAIs_format(string text, string finish, LlmErrorKind? kind)
    {
        string[] chunks = [.. text.Split('|').Select(Wire.Chunk), Wire.Delta("{}", $"\"{finish}\""), Wire.Usage, "[DONE]"];
        return CheckAsync(new OpenAIFormat(), "o1-mini", Encoding.UTF8.GetBytes(Wire.Events(chunks)), kind, 15);
    }

    [Theory]
    [InlineData("{\\\"a\\\":|1}", "end_turn", null)]
    [InlineData("Sure! |{}", "end_turn", LlmErrorKind.InvalidResponse)]
    [InlineData("Sure! |", "max_tokens", null)]
    public Task A_stream_in_Anthropics_format(string text, string finish, LlmErrorKind? kind)
    {
        string[] events = [AnthropicWire.Start, AnthropicWire.BeginText(), .. text.Split('|').Where(static piece => piece.Length > 0).Select(static piece => AnthropicWire.Text(piece)), AnthropicWire.End(), AnthropicWire.Finish($"\"{finish}\""), AnthropicWire.Stop];
        return CheckAsync(new AnthropicFormat(), AnthropicWire.Model, Encoding.UTF8.GetBytes(AnthropicWire.Events(events)), kind, 15);
    }

    [Theory]
    [InlineData("{\\\"a\\\":1}", null)]
    [InlineData("Sure!", LlmErrorKind.InvalidResponse)]
    public Task A_stream_in_Bedrocks_format(string text, LlmErrorKind? kind) =>
        CheckAsync(new BedrockFormat(), BedrockWire.Model, [.. BedrockWire.Start, .. BedrockWire.Text(text), .. BedrockWire.Stop(), .. BedrockWire.Metadata], kind, 15);

    [Fact]
    public void A_type_is_turned_into_a_schema_once()
    {
        StructuredForm form = StructuredForm.Of(typeof(int[]), AIJsonUtilities.DefaultOptions);
        Assert.Same(form, StructuredForm.Of(typeof(int[]), AIJsonUtilities.DefaultOptions));
        Assert.True(form.IsWrapped);
        Assert.NotSame(form, StructuredForm.Of(typeof(int[]), new JsonSerializerOptions(AIJsonUtilities.DefaultOptions)));
        Assert.False(StructuredForm.Of(typeof(Dictionary<string, int>), AIJsonUtilities.DefaultOptions).IsWrapped);
    }

    private static async Task CheckAsync(IProviderFormat format, string model, byte[] answer, LlmErrorKind? kind, int tokens)
    {
        ILlmProvider provider = format.Create(new ProviderSetup("test", new ProviderOptions { Location = "us-east-1" }, new Uri("http://test"), new HttpMessageInvoker(new BytesHandler(answer)), new FakeTimeProvider()));
        var call = new ProviderCall(model, new StaticCredential("key-1", "secret-key-1"));
        Task<List<ChatResponseUpdate>> collecting = Wire.CollectAsync(provider.ChatStreamingAsync(call, Wire.Hello, Json, CancellationToken.None));
        if (kind is null)
        {
            Assert.NotEmpty((await collecting).ToChatResponse().Text);
        }
        else
        {
            LlmException error = await Assert.ThrowsAsync<LlmException>(() => collecting);
            Assert.Equal((kind.Value, (long?)tokens), (error.Kind, error.Usage!.TotalTokenCount));
        }

        Assert.Contains(call.Report.Changes!, static change => change.StartsWith("ResponseFormat: emulated", StringComparison.Ordinal));
    }
}
