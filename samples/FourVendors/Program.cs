// One conversation, with a picture and tool calls, goes across the wire formats of four vendors: each hop continues what the others
// said. No key is needed, a server on this machine speaks all four. What had to be changed on a hop is printed with it.
using System.Globalization;
using System.Text.Json;
using FourVendors;
using LlmStack;
using Microsoft.Extensions.AI;

await using VendorServer vendors = await VendorServer.StartAsync();
await using LlmStackInstance stack = LlmClientFactory.Create(llm => llm
    .AddOpenAI(options => (options.ApiKey, options.Endpoint) = ("demo", vendors.Address + "/openai/v1"))
    .AddAnthropic(options => (options.ApiKey, options.Endpoint) = ("demo", vendors.Address + "/anthropic"))
    .AddGemini(options => (options.ApiKey, options.Endpoint) = ("demo", vendors.Address + "/gemini/v1beta"))
    .AddMistral(options => (options.ApiKey, options.Endpoint) = ("demo", vendors.Address + "/mistral/v1")));

using JsonDocument schema = JsonDocument.Parse("""{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}""");
AIFunctionDeclaration tool = AIFunctionFactory.CreateDeclaration("get_weather", "The weather at a place.", schema.RootElement);

// The options are the same for all: what a vendor or a model does not have is dropped or emulated, and listed.
var options = new ChatOptions
{
    Instructions = "You help travellers. Be brief.",
    Tools = [tool],
    TopK = 20,
    FrequencyPenalty = 0.1f,
    Reasoning = new ReasoningOptions { Effort = ReasoningEffort.Low },
};
byte[] picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
List<ChatMessage> conversation = [new(ChatRole.User, [new TextContent("Where was this taken, and what is the weather there?"), new DataContent(picture, "image/png")])];

foreach (string model in new[] { "openai/gpt-5.4-mini", "anthropic/claude-opus-4-6", "gemini/gemini-3-pro", "mistral/mistral-large-latest" })
{
    ChatResponse answer = await stack.Client.ChatAsync(model, conversation, options);
    conversation.AddRange(answer.Messages);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model}: {answer.FinishReason}, {answer.Usage?.InputTokenCount} + {answer.Usage?.OutputTokenCount} tokens"));
    foreach (AIContent content in answer.Messages.SelectMany(static message => message.Contents))
    {
        switch (content)
        {
            case TextReasoningContent { Text.Length: > 0 } thought:
                Console.WriteLine($"  thinks: {thought.Text}");
                break;
            case TextContent text:
                Console.WriteLine($"  says: {text.Text}");
                break;
            case FunctionCallContent call:
                string place = call.Arguments?["place"]?.ToString() ?? "nowhere";
                conversation.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, $"12 degrees and rain at {place}")]));
                Console.WriteLine($"  calls: {call.Name}({place}) as {call.CallId}");
                break;
        }
    }

    foreach (string change in answer.GetRoute()?.Changes ?? [])
    {
        Console.WriteLine($"  changed: {change}");
    }
}
