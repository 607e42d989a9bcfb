using LlmStack.IntegrationTests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.IntegrationTests;

/// <summary>Anthropic's wire format against a real engine: llama.cpp's server offers it beside OpenAI's. What it says does not matter; how does.</summary>
public sealed class LiveAnthropicTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private static readonly ChatOptions Short = new() { MaxOutputTokens = 16, Temperature = 0, Instructions = "Be brief." };

    [LiveFact]
    public async Task Chat_answers_with_usage_and_a_finish_reason()
    {
        await using TestStack stack = Over();

        ChatResponse answer = await stack.Client.ChatAsync("live", TestStack.Say("Say something."), Short).WaitAsync(Patience);

        Assert.NotEmpty(answer.Text);
        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.InRange(answer.Usage!.OutputTokenCount!.Value, 1, 16);
        Assert.True(answer.Usage.InputTokenCount > 0);
    }

    [LiveFact]
    public async Task A_stream_arrives_in_pieces_and_says_the_same_as_a_plain_answer()
    {
        await using TestStack stack = Over();
        var updates = new List<ChatResponseUpdate>();

        await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("live", TestStack.Say("Say something."), Short))
        {
            updates.Add(update);
        }

        ChatResponse plain = await stack.Client.ChatAsync("live", TestStack.Say("Say something."), Short).WaitAsync(Patience);
        ChatResponse whole = updates.ToChatResponse();
        Assert.True(updates.Count(update => update.Text.Length > 0) > 1);
        Assert.Equal(plain.Text, whole.Text);
        Assert.Equal(plain.FinishReason, whole.FinishReason);
        Assert.Equal(plain.Usage!.OutputTokenCount, whole.Usage!.OutputTokenCount);
    }

    [LiveFact]
    public async Task Tools_and_their_results_are_taken()
    {
        await using TestStack stack = Over();
        AIFunctionDeclaration tool = AIFunctionFactory.CreateDeclaration("get_weather", "Weather.", System.Text.Json.JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""").RootElement);
        List<ChatMessage> history =
        [
            new(ChatRole.User, "What is the weather in Bonn?"),
            new(ChatRole.Assistant, [new FunctionCallContent("toolu_1", "get_weather", new Dictionary<string, object?> { ["city"] = "Bonn" })]),
            new(ChatRole.Tool, [new FunctionResultContent("toolu_1", "20 degrees")]),
        ];

        ChatResponse answer = await stack.Client.ChatAsync("live", history, new ChatOptions { MaxOutputTokens = 16, Tools = [tool] }).WaitAsync(Patience);

        Assert.NotNull(answer.FinishReason);
        Assert.True(answer.Usage!.InputTokenCount > 0);
    }

    private static TestStack Over() => TestStack.Create(llm =>
    {
        llm.AddAnthropic(options =>
        {
            options.Endpoint = LiveFactAttribute.Address();
            options.ApiKey = "none";
        });
        llm.AddModelGroup("live", group => group.AddDeployment($"anthropic/{LiveFactAttribute.Model}"));
        TestStack.SendTo(llm, receiver: null);
    });
}
