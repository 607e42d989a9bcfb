using System.Drawing;
using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI.Media;

public sealed class ImageWireTests
{
    private const string Answer = """{"created":1,"data":[{"b64_json":"/9j/AA==","revised_prompt":"A cat, sitting"},{"url":"https://x.test/b.png"}],"usage":{"input_tokens":30,"input_tokens_details":{"text_tokens":10,"image_tokens":20},"output_tokens":100,"output_tokens_details":{"image_tokens":100},"total_tokens":130}}""";

    private static async Task<ImageGenerationResponse> GenerateAsync(RawHttpServer server, ImageGenerationRequest request, ImageGenerationOptions? options = null, ProviderCall? call = null) =>
        await Assert.IsAssignableFrom<IImageProvider>(Provider(server).GetService(typeof(IImageProvider))).GenerateImagesAsync(call ?? Call("dall-e-3"), request, options, CancellationToken.None);

    [Fact]
    public async Task A_prompt_is_sent_as_json_and_the_images_are_read()
    {
        var capture = new CaptureStub();
        await using var server = new RawHttpServer(RawReply.Body(200, Answer));
        var options = new ImageGenerationOptions { Count = 2, ImageSize = new Size(1024, 512), MediaType = "image/webp", ResponseFormat = ImageGenerationResponseFormat.Data, AdditionalProperties = new() { ["quality"] = "high" } };
        ImageGenerationResponse response = await GenerateAsync(server, new ImageGenerationRequest("A cat"), options, Call("dall-e-3", capture));
        Assert.StartsWith("POST /v1/images/generations ", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal("""{"prompt":"A cat","model":"dall-e-3","n":2,"size":"1024x512","output_format":"webp","response_format":"b64_json","quality":"high"}""", server.LastBody);
        DataContent data = Assert.IsType<DataContent>(response.Contents[0]);
        Assert.Equal(("image/jpeg", 4, "A cat, sitting"), (data.MediaType, data.Data.Length, data.AdditionalProperties!["revised_prompt"]));
        Assert.Equal("https://x.test/b.png", Assert.IsType<UriContent>(response.Contents[1]).Uri.AbsoluteUri);
        Assert.Equal((20L, 100L), (response.Usage!.AdditionalCounts!["input_image_tokens"], response.Usage.AdditionalCounts["output_image_tokens"]));
        Assert.Equal("""{"prompt":"A cat"}""", capture.Input);
        Assert.Equal("""[{"media_type":"image/jpeg","bytes":4},{"url":"https://x.test/b.png"}]""", capture.Output);
    }

    [Fact]
    public async Task Images_to_edit_are_files_of_a_form()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Answer));
        AIContent[] originals = [new DataContent("one"u8.ToArray(), "image/png") { Name = "a\"b.png" }, new DataContent("two"u8.ToArray(), "image/jpeg")];
        await GenerateAsync(server, new ImageGenerationRequest("Add a hat", originals), new ImageGenerationOptions { Count = 1, AdditionalProperties = new() { ["quality"] = "low", ["mask"] = new DataContent("msk"u8.ToArray(), "image/png") } }, Call("gpt-image-1"));
        string request = server.Requests[0];
        Assert.StartsWith("POST /v1/images/edits ", request, StringComparison.Ordinal);
        int at = request.IndexOf("boundary=", StringComparison.Ordinal) + "boundary=".Length;
        string boundary = request[at..request.IndexOf('\r', at)];
        Assert.Equal(
            """
            --B
            Content-Disposition: form-data; name="prompt"

            Add a hat
            --B
            Content-Disposition: form-data; name="model"

            gpt-image-1
            --B
            Content-Disposition: form-data; name="n"

            1
            --B
            Content-Disposition: form-data; name="quality"

            low
            --B
            Content-Disposition: form-data; name="mask"; filename="mask"
            Content-Type: image/png

            msk
            --B
            Content-Disposition: form-data; name="image[]"; filename="a%22b.png"
            Content-Type: image/png

            one
            --B
            Content-Disposition: form-data; name="image[]"; filename="image1.jpeg"
            Content-Type: image/jpeg

            two
            --B--

            """,
            server.LastBody.Replace(boundary, "B", StringComparison.Ordinal).Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Models_that_always_answer_with_data_are_not_told_so_and_not_asked_for_addresses()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Answer));
        await GenerateAsync(server, new ImageGenerationRequest("x"), new ImageGenerationOptions { ResponseFormat = ImageGenerationResponseFormat.Data }, Call("gpt-image-1"));
        Assert.Equal("""{"prompt":"x","model":"gpt-image-1"}""", server.LastBody);
        LlmException e = await Assert.ThrowsAsync<LlmException>(() => GenerateAsync(server, new ImageGenerationRequest("x"), new ImageGenerationOptions { ResponseFormat = ImageGenerationResponseFormat.Uri }, Call("gpt-image-1")));
        Assert.Equal(LlmErrorKind.InvalidRequest, e.Kind);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(200, """{"data":[]}""", LlmErrorKind.InvalidResponse)]
    [InlineData(200, """{"data":[{"b64_json":"!!"}]}""", LlmErrorKind.InvalidResponse)]
    [InlineData(400, """{"error":{"code":"moderation_blocked","message":"no"}}""", LlmErrorKind.ContentPolicyViolation)]
    [InlineData(429, """{"error":{"message":"slow down"}}""", LlmErrorKind.RateLimited)]
    public async Task Failures_have_their_kinds(int status, string body, LlmErrorKind kind)
    {
        await using var server = new RawHttpServer(RawReply.Body(status, body));
        Assert.Equal(kind, (await Assert.ThrowsAsync<LlmException>(() => GenerateAsync(server, new ImageGenerationRequest("x")))).Kind);
    }
}
